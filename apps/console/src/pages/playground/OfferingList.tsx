import type { AccessDecision } from '@plugboard/contracts/api';
import { Ban } from 'lucide-react';
import { useState } from 'react';

import { Badge } from '../../ui/Badge.tsx';
import { classNames } from '../../ui/class-names.ts';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface OfferingListProps {
  readonly tools: readonly AccessDecision[];
  readonly chosen: AccessDecision | undefined;
  readonly onChoose: (tool: AccessDecision) => void;
}

/** What an instance offers, with whether the agent may. What it may not can be tried too: that shows the refusal. */
export function OfferingList({ tools, chosen, onChoose }: OfferingListProps) {
  const [q, setQ] = useState('');
  const wanted = q.trim().toLowerCase();
  const shown = tools.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <div className="flex min-h-0 flex-col gap-2">
      {tools.length > 6 && (
        <SearchField label="Search tools" value={q} onValue={setQ} className="w-full" />
      )}
      <ul
        aria-label="Tools, prompts and resources"
        className="max-h-72 overflow-y-auto rounded-lg border border-line lg:max-h-[calc(100dvh-24rem)]"
      >
        {shown.map((tool) => {
          const isChosen = tool.name === chosen?.name && tool.kind === chosen.kind;
          return (
            <li
              key={`${tool.kind} ${tool.name}`}
              className="border-b border-line last:border-0 [contain-intrinsic-size:auto_2.75rem] [content-visibility:auto]"
            >
              <button
                type="button"
                aria-pressed={isChosen}
                onClick={() => onChoose(tool)}
                className={classNames(
                  'flex w-full items-center gap-2 px-3 py-2 text-left text-sm focus-visible:-outline-offset-2',
                  isChosen ? 'bg-accent-soft' : 'hover:bg-hover',
                )}
              >
                {!tool.allowed && (
                  <Ban className="size-3.5 shrink-0 text-bad" aria-label="not allowed" />
                )}
                <Untrusted className="min-w-0 flex-1 truncate">{tool.name}</Untrusted>
                {tool.kind !== 'tool' && <Badge>{tool.kind.replace('_', ' ')}</Badge>}
                <LevelBadge level={tool.level} />
              </button>
            </li>
          );
        })}
        {shown.length === 0 && <li className="px-3 py-4 text-sm text-soft">Nothing like that.</li>}
      </ul>
    </div>
  );
}
