import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Bot, Grid3x3, History, Lock } from 'lucide-react';
import { useCallback } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { ChangeLog } from './ChangeLog.tsx';
import { Matrix } from './Matrix.tsx';

const route = getRouteApi('/matrix');

/** Which agents may use which servers, and up to which level. */
export function MatrixPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const matrix = useQuery(orpc.access.matrix.queryOptions());
  const readOnly = !(may('grant.create') && may('grant.revoke'));
  const tell = useCallback(
    (q: string) =>
      void navigate({ search: (before) => ({ ...before, q: q || undefined }), replace: true }),
    [navigate],
  );
  const [q, setQ] = useUrlText(search.q ?? '', tell);
  const show = search.show ?? 'matrix';
  const { data } = matrix;
  const isEmpty = data && (data.agents.length === 0 || data.toolboxes.length === 0);

  return (
    <Page
      title="Permissions"
      about="What each agent may do with each server. Without a level an agent does not even see a server."
      actions={
        <>
          {readOnly && (
            <Badge icon={<Lock className="size-3" aria-hidden />}>You may look, not change</Badge>
          )}
          {may('audit.read') && (
            <SegmentedControl
              label="Show"
              value={show}
              onValue={(next) =>
                void navigate({
                  search: (before) => ({ ...before, show: next === 'log' ? 'log' : undefined }),
                })
              }
              options={[
                {
                  value: 'matrix',
                  label: (
                    <>
                      <Grid3x3 className="size-4" aria-hidden /> Matrix
                    </>
                  ),
                },
                {
                  value: 'log',
                  label: (
                    <>
                      <History className="size-4" aria-hidden /> Changes
                    </>
                  ),
                },
              ]}
            />
          )}
        </>
      }
    >
      {show === 'log' ? (
        <ChangeLog readOnly={readOnly} />
      ) : matrix.error ? (
        <ErrorState error={matrix.error} onRetry={() => void matrix.refetch()} />
      ) : !data ? (
        <MatrixSkeleton />
      ) : isEmpty ? (
        <Card>
          <EmptyState
            icon={<Bot aria-hidden />}
            title={data.agents.length === 0 ? 'No agent yet' : 'No toolbox yet'}
            action={
              data.agents.length === 0 ? (
                may('agent.create') && (
                  <ButtonLink variant="primary" to="/agents" search={{ new: true }}>
                    New agent
                  </ButtonLink>
                )
              ) : (
                <ButtonLink variant="primary" to="/marketplace">
                  Add a server
                </ButtonLink>
              )
            }
          >
            Here agents meet servers: a row for each agent, a column for each server, and in the
            cell what the one may do with the other.
          </EmptyState>
        </Card>
      ) : (
        <>
          <div className="flex flex-wrap gap-2">
            <SearchField label="Search agents and servers" value={q} onValue={setQ} />
            {data.toolboxes.length > 1 && (
              <Select
                label="Toolbox"
                className="w-52"
                value={search.toolbox ?? ''}
                onValue={(toolbox) =>
                  void navigate({
                    search: (before) => ({ ...before, toolbox: toolbox || undefined }),
                    replace: true,
                  })
                }
                options={[
                  { value: '', label: 'All toolboxes' },
                  ...data.toolboxes.map(({ slug, environment }) => ({
                    value: slug,
                    label: slug,
                    about: environment,
                  })),
                ]}
              />
            )}
          </div>
          <Matrix matrix={data} readOnly={readOnly} />
        </>
      )}
    </Page>
  );
}

function MatrixSkeleton() {
  return (
    <Card className="flex flex-col gap-2 p-4">
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} className="flex gap-2">
          <Skeleton className="h-9 w-48" />
          <Skeleton className="h-9 flex-1" />
        </div>
      ))}
    </Card>
  );
}
