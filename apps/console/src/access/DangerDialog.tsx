import type { GrantEffect, GrantsPreview } from '@plugboard/contracts/api';
import { TriangleAlert } from 'lucide-react';

import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { plural } from '../ui/format.ts';
import { LevelBadge } from '../ui/LevelBadge.tsx';
import { Untrusted } from '../ui/Untrusted.tsx';

export interface DangerDialogProps {
  readonly preview: GrantsPreview;
  readonly onClose: () => void;
  readonly onConfirm: () => Promise<unknown>;
}

const shownAtMost = 60;

/** Asks before agents gain what can do harm: who gains what, the dangerous first. */
export function DangerDialog({ preview, onClose, onConfirm }: DangerDialogProps) {
  const { gains, loses, totals } = preview;
  const listed = gains.slice(0, shownAtMost);
  const byAgent = Map.groupBy(listed, ({ agent }) => agent.slug);
  return (
    <ConfirmDialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Give ${totals.dangerous === 1 ? 'a dangerous tool' : plural(totals.dangerous, 'dangerous tool')}?`}
      action="Give them"
      onConfirm={onConfirm}
    >
      <p>
        {plural(totals.agents, 'agent')} would gain {plural(totals.gains, 'tool')}
        {totals.loses > 0 && ` and lose ${plural(totals.loses, 'other', 'others')}`}. Dangerous ones
        administer, or may destroy what cannot be brought back. Each call stays on record, and this
        can be undone.
      </p>
      <div className="mt-3 flex max-h-72 flex-col gap-3 overflow-y-auto" tabIndex={0}>
        {[...byAgent].map(([slug, effects]) => (
          <section key={slug} aria-label={`What ${slug} gains`}>
            <h3 className="font-medium text-ink">{slug}</h3>
            <ul className="divide-y divide-line">
              {effects.map((effect) => (
                <Effect key={`${effect.instance.slug} ${effect.kind} ${effect.name}`} {...effect} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {totals.gains > listed.length && (
        <p className="mt-2">And {plural(totals.gains - listed.length, 'more', 'more')}.</p>
      )}
      {loses.length > 0 && (
        <p className="mt-2">
          No longer: {loses.slice(0, 5).map(nameOf).join(', ')}
          {totals.loses > 5 ? ' …' : ''}
        </p>
      )}
    </ConfirmDialog>
  );
}

function Effect({ instance, name, level, dangerous }: GrantEffect) {
  return (
    <li className="flex items-center gap-2 py-1.5">
      {dangerous ? (
        <TriangleAlert className="size-4 shrink-0 text-warn" aria-label="dangerous" />
      ) : (
        <span className="size-4 shrink-0" />
      )}
      <span className="min-w-0 flex-1 truncate">
        <span className="text-faint">{instance.slug} · </span>
        <Untrusted className="text-ink">{name}</Untrusted>
      </span>
      <LevelBadge level={level} />
    </li>
  );
}

function nameOf({ instance, name }: GrantEffect): string {
  return `${instance.slug} ${name}`;
}
