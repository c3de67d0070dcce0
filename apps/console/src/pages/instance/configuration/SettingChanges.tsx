import { ArrowRight } from 'lucide-react';

import { visibleText } from '../../../ui/Untrusted.tsx';
import { shownValue } from './shown-value.ts';

export interface SettingChangesProps {
  readonly changes: readonly {
    readonly path: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

/** Settings as they were and as they become. */
export function SettingChanges({ changes }: SettingChangesProps) {
  return (
    <ul
      aria-label="Changed settings"
      className="divide-y divide-line rounded-lg border border-line text-sm"
    >
      {changes.map(({ path, before, after }) => (
        <li key={path} className="flex flex-col gap-0.5 px-3 py-2">
          <bdi className="font-mono text-xs font-medium break-all">{visibleText(path)}</bdi>
          <span className="flex flex-wrap items-baseline gap-x-2 font-mono text-xs">
            <del className="text-bad decoration-bad/50 [overflow-wrap:anywhere]">
              <span className="sr-only">before: </span>
              <bdi>{shownValue(before)}</bdi>
            </del>
            <ArrowRight className="size-3 shrink-0 self-center text-faint" aria-hidden />
            <ins className="text-good no-underline [overflow-wrap:anywhere]">
              <span className="sr-only">after: </span>
              <bdi>{shownValue(after)}</bdi>
            </ins>
          </span>
        </li>
      ))}
    </ul>
  );
}
