import type { Agent } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Bot, Plus, SearchX } from 'lucide-react';
import { useCallback } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { plural } from '../../ui/format.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { AgentCard, useAgentColumns } from './agent-columns.tsx';
import { NewAgentDialog } from './NewAgentDialog.tsx';

const route = getRouteApi('/agents');

const cardOf = (agent: Agent) => <AgentCard agent={agent} />;

/** Every AI client's identity: what it may use, and when it last did. */
export function AgentsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const agents = useQuery(orpc.agents.list.queryOptions());
  const tell = useCallback(
    (q: string) =>
      void navigate({ search: (before) => ({ ...before, q: q || undefined }), replace: true }),
    [navigate],
  );
  const [q, setQ] = useUrlText(search.q ?? '', tell);
  const columns = useAgentColumns();
  const open = (isNew: boolean) =>
    void navigate({ search: (before) => ({ ...before, new: isNew || undefined }) });
  const wanted = (search.q ?? '').trim().toLowerCase();
  const rows = (agents.data?.agents ?? []).filter(({ name, slug }) =>
    `${name} ${slug}`.toLowerCase().includes(wanted),
  );
  const newAgent = may('agent.create') && (
    <Button
      variant="primary"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => open(true)}
    >
      New agent
    </Button>
  );

  return (
    <Page
      title="Agents"
      about="Each AI client has an identity of its own here, with what it may use."
      actions={newAgent}
    >
      {agents.error ? (
        <ErrorState error={agents.error} onRetry={() => void agents.refetch()} />
      ) : !agents.data ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : agents.data.agents.length === 0 ? (
        <Card>
          <EmptyState icon={<Bot aria-hidden />} title="No agent yet" action={newAgent}>
            An agent is what Claude Code, Cursor or your own program signs in as. It sees nothing
            until you grant it something, and every call it makes is on record.
          </EmptyState>
        </Card>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-3">
            <SearchField label="Search agents" value={q} onValue={setQ} />
            <p className="text-xs text-faint tabular-nums" role="status">
              {plural(rows.length, 'agent')}
            </p>
          </div>
          <Card>
            {rows.length === 0 ? (
              <EmptyState icon={<SearchX aria-hidden />} title="No agent is called that" />
            ) : (
              <DataTable<Agent>
                label="Agents"
                rows={rows}
                columns={columns}
                rowKey={({ id }) => id}
                rowName={({ name }) => name}
                card={cardOf}
                sort={
                  search.sort === undefined
                    ? undefined
                    : { by: search.sort, descending: search.descending ?? false }
                }
                onSort={({ by, descending }) =>
                  void navigate({
                    search: (before) => ({
                      ...before,
                      sort: by,
                      descending: descending || undefined,
                    }),
                    replace: true,
                  })
                }
              />
            )}
          </Card>
        </>
      )}
      {search.new && may('agent.create') && <NewAgentDialog onClose={() => open(false)} />}
    </Page>
  );
}
