import { levels } from '@plugboard/contracts';
import type { AccessDecision, Agent } from '@plugboard/contracts/api';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { SearchX, Wrench } from 'lucide-react';
import { useCallback } from 'react';

import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { Combobox } from '../../ui/Combobox.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { plural } from '../../ui/format.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { ToolCard, toolColumns } from './tool-columns.tsx';

const route = getRouteApi('/agents/$agent');
const perRequest = 500;
const everything = '';

const cardOf = (agent: Agent) => (tool: AccessDecision) => <ToolCard agent={agent} tool={tool} />;

/** What the agent may use, and with a reason for each what it may not. */
export function AgentTools({ agent }: { readonly agent: Agent }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const show = search.show ?? 'allowed';
  const change = useCallback(
    (part: Partial<typeof search>) =>
      void navigate({ search: (before) => ({ ...before, ...part }), replace: true }),
    [navigate],
  );
  const [q, setQ] = useUrlText(
    search.q ?? '',
    useCallback((text: string) => change({ q: text || undefined }), [change]),
  );
  const instances = useQuery(orpc.instances.list.queryOptions());
  const tools = useInfiniteQuery(
    orpc.access.tools.infiniteOptions({
      input: (cursor: string | undefined) => ({
        agent: agent.slug,
        limit: perRequest,
        ...(show !== 'allowed' && { all: true }),
        ...(search.q !== undefined && { q: search.q }),
        ...(search.instance !== undefined && { instance: search.instance }),
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      placeholderData: (before) => before,
    }),
  );
  const rows = (tools.data?.pages.flatMap((page) => page.tools) ?? []).filter(
    ({ level, allowed }) =>
      (search.level === undefined || level === search.level) && (show !== 'refused' || !allowed),
  );
  const isFiltered =
    search.q !== undefined || search.instance !== undefined || search.level !== undefined;

  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField label="Search tools" value={q} onValue={setQ} />
        <Combobox
          label="Server"
          className="w-full sm:w-48"
          value={search.instance ?? everything}
          onValue={(instance) => change({ instance: instance || undefined })}
          options={[
            { value: everything, label: 'All servers' },
            ...(instances.data?.instances ?? []).map(({ slug, title }) => ({
              value: slug,
              label: slug,
              about: title,
            })),
          ]}
        />
        <Select
          label="Level"
          className="w-full sm:w-36"
          value={search.level ?? everything}
          onValue={(level) => change({ level: levels.find((each) => each === level) })}
          options={[
            { value: everything, label: 'All levels' },
            ...levels.map((level) => ({ value: level, label: level })),
          ]}
        />
        <SegmentedControl
          label="Show"
          value={show}
          onValue={(next) => change({ show: next === 'allowed' ? undefined : next })}
          options={[
            { value: 'allowed', label: 'Allowed' },
            { value: 'refused', label: 'Refused' },
            { value: 'all', label: 'All' },
          ]}
        />
        {tools.data && (
          <p role="status" className="text-xs text-faint tabular-nums">
            {plural(rows.length, 'tool')}
            {tools.hasNextPage && ' so far'}
          </p>
        )}
      </div>
      {tools.error ? (
        <ErrorState error={tools.error} onRetry={() => void tools.refetch()} />
      ) : !tools.data ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : rows.length === 0 ? (
        <Card>
          {isFiltered || show !== 'allowed' ? (
            <EmptyState icon={<SearchX aria-hidden />} title="No tool is like that" />
          ) : (
            <EmptyState
              icon={<Wrench aria-hidden />}
              title="It may use nothing yet"
              action={
                <ButtonLink variant="primary" to="/matrix" search={{ q: agent.slug }}>
                  Grant it something
                </ButtonLink>
              }
            >
              Without a grant an agent sees no tool at all. Grant it a level on a toolbox or a
              server, or single tools.
            </EmptyState>
          )}
        </Card>
      ) : (
        <Card>
          <DataTable<AccessDecision>
            label="Tools"
            rows={rows}
            columns={toolColumns(agent)}
            rowKey={({ instance, kind, name }) => `${instance} ${kind} ${name}`}
            rowName={({ name }) => name}
            card={cardOf(agent)}
            rowHeight={56}
          />
          {tools.hasNextPage && (
            <div className="flex justify-center p-3">
              <Button busy={tools.isFetchingNextPage} onClick={() => void tools.fetchNextPage()}>
                Show more
              </Button>
            </div>
          )}
        </Card>
      )}
    </div>
  );
}
