import type { Overview } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { ArrowRight, Cable, Check, FlaskConical, Store } from 'lucide-react';
import type { ReactNode } from 'react';

import { orpc } from '../../api/client.ts';
import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { plural } from '../../ui/format.ts';
import { PatchDiagram } from './PatchDiagram.tsx';

/** For who has not made a call lately: what Plugboard does, and what to do first. */
export function FirstSteps({ overview }: { readonly overview: Overview }) {
  const may = useMay();
  const agents = useQuery(orpc.agents.list.queryOptions({}));
  const instances = useQuery(orpc.instances.list.queryOptions({}));
  // Who has used it before needs no introduction on a quiet morning.
  if (agents.data?.agents.some(({ lastSeenAt }) => lastSeenAt !== undefined) ?? true) return null;
  const { counts, health } = overview;
  return (
    <section
      aria-label="First steps"
      className="glass grid gap-x-10 gap-y-6 overflow-hidden rounded-card p-5 sm:p-7 lg:grid-cols-[minmax(0,1fr)_minmax(0,24rem)] lg:items-center"
    >
      <div className="flex flex-col gap-5">
        <div>
          <h2 className="text-lg font-semibold tracking-tight">
            One plug for every tool your AI uses
          </h2>
          <p className="max-w-prose text-sm text-soft">
            Clients connect here once. Which servers they reach, and how far, you decide in one
            place, and every call is on record.
          </p>
        </div>
        <ol className="flex flex-col gap-1">
          <FirstStep
            done={health.total > 0}
            icon={<Store aria-hidden />}
            title={
              health.total > 0
                ? `${plural(health.total, 'server')} with ${plural(counts.tools, 'tool')} ready`
                : 'Add a server'
            }
            about={
              health.total > 0
                ? `${plural(counts.servers, 'more', 'more')} in the marketplace`
                : 'Files, databases, search: choose from the marketplace'
            }
            action={
              <ButtonLink
                to="/marketplace"
                size="small"
                variant={health.total > 0 ? 'quiet' : 'primary'}
              >
                {health.total > 0 ? 'Add another' : 'Open the marketplace'}
              </ButtonLink>
            }
          />
          <FirstStep
            done={false}
            icon={<Cable aria-hidden />}
            title="Connect your client"
            about="Claude, Cursor, VS Code, Codex or any other: three clicks"
            action={
              <ButtonLink
                to="/welcome"
                size="small"
                variant={health.total > 0 ? 'primary' : 'secondary'}
                icon={<ArrowRight className="size-4" aria-hidden />}
              >
                Connect
              </ButtonLink>
            }
          />
          {may('call.create') && (
            <FirstStep
              done={false}
              icon={<FlaskConical aria-hidden />}
              title="Or try a tool right here"
              about="The playground calls it as an agent would, and shows what comes back"
              action={
                <ButtonLink to="/playground" size="small" variant="quiet">
                  Try one
                </ButtonLink>
              }
            />
          )}
        </ol>
      </div>
      <div className="rounded-2xl border border-line bg-sunken px-4 py-8">
        <PatchDiagram
          client="Your client"
          connected={false}
          instances={instances.data?.instances ?? []}
        />
      </div>
    </section>
  );
}

interface FirstStepProps {
  readonly done: boolean;
  readonly icon: ReactNode;
  readonly title: string;
  readonly about: string;
  readonly action: ReactNode;
}

function FirstStep({ done, icon, title, about, action }: FirstStepProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-1.5 text-sm">
      <span
        className={`grid size-8 shrink-0 place-items-center rounded-full [&>svg]:size-4 ${done ? 'bg-good-soft text-good' : 'bg-accent-soft text-accent'}`}
      >
        {done ? <Check aria-label="Done" /> : icon}
      </span>
      <span className="min-w-0 flex-1 basis-44">
        <span className="block font-medium">{title}</span>
        <span className="block text-soft">{about}</span>
      </span>
      {action}
    </li>
  );
}
