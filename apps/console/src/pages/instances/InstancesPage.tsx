import type { Instance } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Blocks, Plus, SearchX } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { formatNumber } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { filterInstances } from './filter-instances.ts';
import { useInstanceColumns } from './instance-columns.tsx';
import { InstanceCard } from './InstanceCard.tsx';
import { InstanceFilters } from './InstanceFilters.tsx';
import { SelectionBar } from './SelectionBar.tsx';

const none: readonly Instance[] = [];
const instanceCard = (instance: Instance) => <InstanceCard instance={instance} />;

/** Every server that is installed, and how it is. */
export function InstancesPage() {
  const may = useMay();
  const query = useQuery(orpc.instances.list.queryOptions({ input: {} }));
  const instances = query.data?.instances ?? none;
  return (
    <Page
      title="Instances"
      about="Servers that are installed, and how each is now."
      actions={
        may('instance.add') && (
          <ButtonLink
            to="/marketplace"
            variant="primary"
            icon={<Plus className="size-4" aria-hidden />}
          >
            Add a server
          </ButtonLink>
        )
      }
    >
      {query.isPending && (
        <Card>
          <SkeletonRows rows={8} className="h-11" />
        </Card>
      )}
      {query.isError && query.data === undefined && (
        <Card>
          <ErrorState
            title="The instances could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        </Card>
      )}
      {query.data !== undefined &&
        (instances.length === 0 ? <NoInstances /> : <InstanceList instances={instances} />)}
    </Page>
  );
}

function NoInstances() {
  const may = useMay();
  return (
    <Card>
      <EmptyState
        icon={<Blocks aria-hidden />}
        title="No server is installed yet"
        action={
          may('instance.add') && (
            <ButtonLink to="/marketplace" variant="primary">
              Find a server
            </ButtonLink>
          )
        }
      >
        An instance is one installed server with its own configuration and credentials. Find one in
        the marketplace; Plugboard shows what it would do before it installs anything.
      </EmptyState>
    </Card>
  );
}

function InstanceList({ instances }: { readonly instances: readonly Instance[] }) {
  const may = useMay();
  const search = useSearch({ from: '/instances' });
  const navigate = useNavigate({ from: '/instances' });
  const columns = useInstanceColumns();
  const { q, state, toolbox, updates, sort = 'name', descending = false } = search;
  const filter = useDeferredValue(
    useMemo(() => ({ q, state, toolbox, updates }), [q, state, toolbox, updates]),
  );
  const rows = useMemo(() => filterInstances(instances, filter), [instances, filter]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  // What is not in sight is not acted on.
  const chosen = useMemo(() => rows.filter(({ id }) => selected.has(id)), [rows, selected]);
  const chosenIds = useMemo(() => new Set(chosen.map(({ id }) => id)), [chosen]);
  const mayChoose = ['instance.restart', 'instance.stop', 'instance.remove'].some(may);
  return (
    <>
      <InstanceFilters instances={instances} />
      <Card className={chosen.length > 0 ? 'mb-20' : ''}>
        {rows.length === 0 ? (
          <EmptyState
            icon={<SearchX aria-hidden />}
            title="No instance is like that"
            action={
              <Button onClick={() => void navigate({ search: {}, replace: true })}>
                Show all {formatNumber(instances.length)}
              </Button>
            }
          />
        ) : (
          <DataTable
            label="Instances"
            columns={columns}
            rows={rows}
            rowKey={(instance) => instance.id}
            rowName={(instance) => instance.slug}
            card={instanceCard}
            sort={{ by: sort, descending }}
            onSort={({ by, descending: down }) =>
              void navigate({
                search: (before) => ({ ...before, sort: by, descending: down || undefined }),
                replace: true,
              })
            }
            selection={mayChoose ? { selected: chosenIds, onSelected: setSelected } : undefined}
          />
        )}
      </Card>
      {chosen.length > 0 && <SelectionBar chosen={chosen} onClear={() => setSelected(new Set())} />}
    </>
  );
}
