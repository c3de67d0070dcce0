import type { Overview } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import { Bot } from 'lucide-react';

import { Section } from '../../ui/Card.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** Who has called within the hour, and what last. */
export function ActiveAgents({ agents }: { readonly agents: Overview['agents'] }) {
  return (
    <Section title="Active agents" flush>
      <ul>
        {agents.map((each) => (
          <li key={each.agent.id} className="border-b border-line last:border-0">
            <Link
              to="/agents/$agent"
              params={{ agent: each.agent.slug }}
              className="flex items-center gap-3 px-4 py-2.5 text-sm last:rounded-b-card hover:bg-hover focus-visible:-outline-offset-2 sm:px-5"
            >
              <span
                aria-hidden
                className="grid size-8 shrink-0 place-items-center rounded-lg bg-violet-soft text-violet"
              >
                <Bot className="size-4.5" />
              </span>
              <span className="min-w-0 flex-1">
                <Untrusted className="block truncate font-medium">{each.agent.name}</Untrusted>
                <span className="block truncate text-xs text-soft">
                  <Untrusted>{each.lastTool ?? 'a call'}</Untrusted>
                  {each.lastInstance && (
                    <>
                      {' on '}
                      <Untrusted>{each.lastInstance.slug}</Untrusted>
                    </>
                  )}
                </span>
              </span>
              <span className="shrink-0 text-right text-xs text-faint">
                <span className="block text-sm text-ink tabular-nums">
                  {plural(each.calls, 'call')}
                </span>
                {each.failed + each.refused > 0 ? (
                  <Trouble failed={each.failed} refused={each.refused} />
                ) : (
                  <RelativeTime at={each.lastAt} />
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Trouble({ failed, refused }: { readonly failed: number; readonly refused: number }) {
  return (
    <>
      {failed > 0 && <span className="text-bad">{formatNumber(failed)} failed</span>}
      {failed > 0 && refused > 0 && ' · '}
      {refused > 0 && <span className="text-warn">{formatNumber(refused)} refused</span>}
    </>
  );
}
