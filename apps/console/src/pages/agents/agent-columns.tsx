import type { Agent } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bot, UserRound } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { plural } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { ActiveDot } from './ActiveDot.tsx';
import { useActiveAgents } from './use-active-agents.ts';

/** What the list of agents compares. */
export function useAgentColumns(): readonly Column<Agent>[] {
  const whose = useWhose();
  const isActive = useActiveAgents();
  return [
    {
      id: 'name',
      header: 'Agent',
      width: 'minmax(12rem, 2fr)',
      sortBy: ({ name }) => name.toLowerCase(),
      cell: (agent) => <AgentLink agent={agent} />,
    },
    {
      id: 'whose',
      header: 'Whose',
      width: 'minmax(8rem, 1fr)',
      sortBy: ({ memberId }) => whose(memberId) ?? '',
      cell: ({ memberId }) => <Whose name={whose(memberId)} />,
    },
    {
      id: 'tokens',
      header: 'Tokens',
      width: '6rem',
      align: 'right',
      sortBy: ({ tokens }) => tokens,
      cell: ({ slug, tokens }) => <Count slug={slug} tab="tokens" value={tokens} what="token" />,
    },
    {
      id: 'grants',
      header: 'Grants',
      width: '6rem',
      align: 'right',
      sortBy: ({ grants }) => grants,
      cell: ({ slug, grants }) => <Count slug={slug} tab="grants" value={grants} what="grant" />,
    },
    {
      id: 'seen',
      header: 'Last seen',
      width: '9rem',
      sortBy: ({ lastSeenAt }) => lastSeenAt,
      cell: (agent) =>
        isActive(agent) ? (
          <ActiveDot />
        ) : (
          <span className="text-soft">
            <RelativeTime at={agent.lastSeenAt} />
          </span>
        ),
    },
  ];
}

/** The name of the member whose own an agent is. */
export function useWhose(): (memberId: string | undefined) => string | undefined {
  const members = useQuery(orpc.members.list.queryOptions());
  return (memberId) =>
    memberId === undefined
      ? undefined
      : (members.data?.members.find(({ id }) => id === memberId)?.name ?? 'a member');
}

export function Whose({ name }: { readonly name: string | undefined }) {
  return name === undefined ? (
    <span className="text-soft">the organization</span>
  ) : (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1.5">
      <UserRound className="size-3.5 shrink-0 text-faint" aria-hidden />
      <Untrusted className="truncate">{name}</Untrusted>
    </span>
  );
}

function AgentLink({ agent }: { readonly agent: Agent }) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <span className="grid size-8 shrink-0 place-items-center rounded-lg bg-violet-soft text-violet">
        <Bot className="size-4" aria-hidden />
      </span>
      <span className="min-w-0">
        <Link
          to="/agents/$agent"
          params={{ agent: agent.slug }}
          className="block truncate rounded-sm leading-5 font-medium hover:text-accent"
        >
          <Untrusted>{agent.name}</Untrusted>
        </Link>
        <span className="block truncate text-xs leading-4 text-faint">{agent.slug}</span>
      </span>
    </span>
  );
}

interface CountProps {
  readonly slug: string;
  readonly tab: string;
  readonly value: number;
  readonly what: string;
}

function Count({ slug, tab, value, what }: CountProps) {
  return (
    <Link
      to="/agents/$agent"
      params={{ agent: slug }}
      search={{ tab }}
      aria-label={`${plural(value, what)} of ${slug}`}
      className={`rounded-sm px-1 hover:text-accent hover:underline ${value === 0 ? 'text-faint' : ''}`}
    >
      {value}
    </Link>
  );
}

/** An agent in the list of a phone. */
export function AgentCard({ agent }: { readonly agent: Agent }) {
  const isActive = useActiveAgents();
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-3">
        <AgentLink agent={agent} />
        {isActive(agent) && <ActiveDot />}
      </div>
      <p className="flex flex-wrap gap-x-3 text-xs text-soft">
        <span>{plural(agent.tokens, 'token')}</span>
        <span>{plural(agent.grants, 'grant')}</span>
        <span>
          seen <RelativeTime at={agent.lastSeenAt} />
        </span>
      </p>
    </div>
  );
}
