import type { Agent } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Bot, Grid3x3, SearchX } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { ActiveDot } from '../agents/ActiveDot.tsx';
import { useWhose, Whose } from '../agents/agent-columns.tsx';
import { useActiveAgents } from '../agents/use-active-agents.ts';
import { AgentActions } from './AgentActions.tsx';
import { AgentActivity } from './AgentActivity.tsx';
import { AgentConnect } from './AgentConnect.tsx';
import { AgentGrants } from './AgentGrants.tsx';
import { AgentTokens } from './AgentTokens.tsx';
import { AgentTools } from './AgentTools.tsx';

const route = getRouteApi('/agents/$agent');
const tabs = ['tools', 'grants', 'connect', 'tokens', 'activity'] as const;

const parts = {
  tools: (agent: Agent) => <AgentTools agent={agent} />,
  grants: (agent: Agent) => <AgentGrants agent={agent} />,
  connect: (agent: Agent) => <AgentConnect agent={agent} />,
  tokens: (agent: Agent) => <AgentTokens agent={agent} />,
  activity: (agent: Agent) => <AgentActivity agent={agent} />,
};

/** One agent: what it may use and why, how it connects, and what it did. */
export function AgentPage() {
  const { agent: slug } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const agents = useQuery(orpc.agents.list.queryOptions());
  const whose = useWhose();
  const isActive = useActiveAgents();
  const agent = agents.data?.agents.find((each) => each.slug === slug || each.id === slug);
  const tab = tabs.find((each) => each === search.tab) ?? 'tools';

  if (!agent) {
    return (
      <Page title={slug}>
        {agents.error ? (
          <ErrorState error={agents.error} onRetry={() => void agents.refetch()} />
        ) : agents.data ? (
          <EmptyState
            icon={<SearchX aria-hidden />}
            title="There is no such agent"
            action={<ButtonLink to="/agents">All agents</ButtonLink>}
          >
            It was removed, or the address has another name in it.
          </EmptyState>
        ) : (
          <SkeletonRows />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={agent.name}
      heading={
        <span className="flex min-w-0 items-center gap-3">
          <span className="grid size-9 shrink-0 place-items-center rounded-xl bg-violet-soft text-violet">
            <Bot className="size-5" aria-hidden />
          </span>
          <Untrusted className="min-w-0 truncate">{agent.name}</Untrusted>
        </span>
      }
      about={
        <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
          <code className="font-mono text-xs">{agent.slug}</code>
          <span className="inline-flex items-center gap-1.5">
            of <Whose name={whose(agent.memberId)} />
          </span>
          {isActive(agent) ? (
            <ActiveDot />
          ) : (
            <span>
              seen <RelativeTime at={agent.lastSeenAt} />
            </span>
          )}
        </span>
      }
      actions={
        <>
          <ButtonLink
            to="/matrix"
            search={{ q: agent.slug }}
            icon={<Grid3x3 className="size-4" aria-hidden />}
          >
            Permissions
          </ButtonLink>
          <AgentActions agent={agent} />
        </>
      }
    >
      <Tabs
        label="About the agent"
        value={tab}
        onValue={(next) =>
          void navigate({ search: { tab: next === 'tools' ? undefined : next }, replace: true })
        }
        tabs={[
          { value: 'tools', label: 'Tools', content: () => parts.tools(agent) },
          {
            value: 'grants',
            label: 'Grants',
            count: agent.grants,
            content: () => parts.grants(agent),
          },
          { value: 'connect', label: 'Connect', content: () => parts.connect(agent) },
          {
            value: 'tokens',
            label: 'Tokens and clients',
            count: agent.tokens,
            content: () => parts.tokens(agent),
          },
          ...(may('audit.read')
            ? [
                {
                  value: 'activity' as const,
                  label: 'Activity',
                  content: () => parts.activity(agent),
                },
              ]
            : []),
        ]}
      />
    </Page>
  );
}
