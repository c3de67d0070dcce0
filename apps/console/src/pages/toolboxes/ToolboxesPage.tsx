import type { Toolbox } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Package, Plus } from 'lucide-react';
import { useMemo } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { VirtualGrid } from '../../ui/VirtualGrid.tsx';
import { ToolboxCard } from './ToolboxCard.tsx';
import { ToolboxDialog } from './ToolboxDialog.tsx';
import { contentsOf } from './toolbox-contents.ts';

const cardHeight = 258;

/** Sets of instances: what agents are granted, and where they connect. */
export function ToolboxesPage() {
  const may = useMay();
  const search = useSearch({ from: '/toolboxes' });
  const navigate = useNavigate({ from: '/toolboxes' });
  const toolboxes = useQuery(orpc.toolboxes.list.queryOptions());
  const instances = useQuery(orpc.instances.list.queryOptions({ input: {} }));
  const matrix = useQuery(orpc.access.matrix.queryOptions());
  const contents = useMemo(
    () => contentsOf(instances.data?.instances, matrix.data),
    [instances.data, matrix.data],
  );
  const add = (open: boolean) =>
    void navigate({ search: { new: open || undefined }, replace: true });
  const create = may('toolbox.create') && (
    <Button
      variant="primary"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => add(true)}
    >
      New toolbox
    </Button>
  );
  return (
    <Page
      title="Toolboxes"
      about="A toolbox is a named set of instances. Agents are granted it whole, and it has an endpoint of its own."
      actions={create}
    >
      {toolboxes.isPending && (
        <div
          role="status"
          aria-label="Loading"
          className="grid gap-3 md:grid-cols-2 xl:grid-cols-3"
        >
          {[0, 1, 2].map((each) => (
            <Skeleton key={each} className="h-64" />
          ))}
        </div>
      )}
      {toolboxes.isError && toolboxes.data === undefined && (
        <Card>
          <ErrorState error={toolboxes.error} onRetry={() => void toolboxes.refetch()} />
        </Card>
      )}
      {toolboxes.data?.toolboxes.length === 0 && (
        <Card>
          <EmptyState icon={<Package aria-hidden />} title="There is no toolbox" action={create}>
            Servers are installed into a toolbox. Make one for each purpose, such as research or
            production.
          </EmptyState>
        </Card>
      )}
      {toolboxes.data !== undefined && toolboxes.data.toolboxes.length > 0 && (
        <VirtualGrid
          label="Toolboxes"
          items={toolboxes.data.toolboxes}
          itemKey={toolboxKey}
          minWidth={320}
          height={cardHeight}
        >
          {(toolbox) => <ToolboxCard toolbox={toolbox} contents={contents.get(toolbox.id)} />}
        </VirtualGrid>
      )}
      {search.new === true && may('toolbox.create') && (
        <ToolboxDialog toolbox={undefined} onClose={() => add(false)} />
      )}
    </Page>
  );
}

function toolboxKey({ id }: Toolbox): string {
  return id;
}
