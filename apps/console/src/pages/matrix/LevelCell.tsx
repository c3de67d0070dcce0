import type { Level } from '@plugboard/contracts';
import { Ban, CornerDownRight, Hourglass } from 'lucide-react';

import type { CellView } from '../../access/grant-changes.ts';
import { classNames } from '../../ui/class-names.ts';

const looks: Readonly<Record<Level, string>> = {
  read: 'bg-cyan-soft text-cyan',
  write: 'bg-accent-soft text-accent',
  execute: 'bg-violet-soft text-violet',
  admin: 'bg-warn-soft text-warn',
};

/** A cell's level as a mark: the word, and how it came to be. */
export function LevelCell({ view }: { readonly view: CellView }) {
  const { level, own, inherited, forbiddenFrom, exceptions, expiresAt } = view;
  const isInherited = level !== null && level !== own && inherited !== null;
  return (
    <span className="flex h-full w-full items-center justify-center gap-1">
      <span
        className={classNames(
          'inline-flex h-6 max-w-full items-center gap-1 rounded-md px-1.5 text-xs font-medium',
          level === null ? 'text-faint' : looks[level],
          isInherited && 'border border-dashed border-current bg-transparent',
          forbiddenFrom === 'read' && 'bg-bad-soft text-bad',
        )}
      >
        {forbiddenFrom !== undefined && <Ban className="size-3" aria-hidden />}
        {isInherited && <CornerDownRight className="size-3" aria-hidden />}
        {forbiddenFrom === 'read' ? 'forbidden' : (level ?? '–')}
        {expiresAt !== undefined && <Hourglass className="size-3" aria-hidden />}
      </span>
      {exceptions > 0 && (
        <span className="rounded bg-sunken px-1 text-[0.6875rem] leading-4 text-soft tabular-nums">
          {exceptions}
        </span>
      )}
    </span>
  );
}

/** The same in words, for who hears it. */
export function wordsOf(view: CellView): string {
  const { level, own, inherited, forbiddenFrom, exceptions, expiresAt } = view;
  const words = [
    forbiddenFrom === 'read' ? 'forbidden' : (level ?? 'none'),
    ...(level !== null && level !== own && inherited !== null ? ['from its toolbox'] : []),
    ...(forbiddenFrom !== undefined && forbiddenFrom !== 'read'
      ? [`${forbiddenFrom} forbidden`]
      : []),
    ...(exceptions > 0 ? [`${exceptions} single ${exceptions === 1 ? 'tool' : 'tools'}`] : []),
    ...(expiresAt !== undefined ? ['ends'] : []),
  ];
  return words.join(', ');
}
