import { CircleCheck, CircleX } from 'lucide-react';

import { Section } from '../../ui/Card.tsx';
import { formatDuration } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import type { TriedCall } from './call-history.ts';

export interface HistoryProps {
  readonly tried: readonly TriedCall[];
  readonly onChoose: (tried: TriedCall) => void;
}

/** What was tried here before. */
export function History({ tried, onChoose }: HistoryProps) {
  return (
    <Section
      title="Tried before"
      about="Since this page was loaded. The audit log keeps all."
      flush
    >
      <ul aria-label="Tried before" className="max-h-80 divide-y divide-line overflow-y-auto">
        {tried.map((each) => (
          <li key={each.id}>
            <button
              type="button"
              onClick={() => onChoose(each)}
              className="flex w-full items-center gap-3 px-4 py-2 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2 sm:px-5"
            >
              {each.result?.outcome === 'ok' ? (
                <CircleCheck className="size-4 shrink-0 text-good" aria-label="ok" />
              ) : (
                <CircleX className="size-4 shrink-0 text-bad" aria-label="failed" />
              )}
              <span className="min-w-0 flex-1 truncate">
                <Untrusted className="font-medium">{each.call.name}</Untrusted>{' '}
                <span className="text-faint">
                  {each.call.instance} as {each.call.agent}
                </span>
              </span>
              <span className="text-xs text-faint tabular-nums">
                {each.result && formatDuration(each.result.durationMs)}{' '}
                <RelativeTime at={new Date(each.at).toISOString()} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
