import { useQuery } from '@tanstack/react-query';
import { Cable, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay, useMe } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DataTable, type Sort } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { connectionCard, connectionColumns } from './connection-columns.tsx';
import { connectionsRoute, type ConnectionsSearch, narrowed } from './connection-search.ts';
import { ConnectDialog } from './ConnectDialog.tsx';
import { ConnectionFilters } from './ConnectionFilters.tsx';
import { ConnectionSheet } from './ConnectionSheet.tsx';
import { NeedsSignIn } from './NeedsSignIn.tsx';
import { RequestDialog } from './RequestDialog.tsx';

/** Accounts that people connected, for the servers that act in their name. */
export function ConnectionsPage() {
  const search = connectionsRoute.useSearch();
  const navigate = connectionsRoute.useNavigate();
  const may = useMay();
  const { memberId } = useMe();
  const mayConnect = may('connection.connect_own');
  const [sort, setSort] = useState<Sort>();
  const list = useQuery(orpc.connections.list.queryOptions({ input: {} }));
  const all = list.data?.connections ?? [];
  const rows = narrowed(all, search, memberId);
  const set = (change: Partial<ConnectionsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const add = (
    <Button
      variant="primary"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => set({ new: true })}
    >
      Connect an account
    </Button>
  );
  return (
    <Page
      title="Connections"
      about="Accounts at other services. Plugboard keeps their tokens and renews them; no agent ever sees one."
      actions={mayConnect && all.length > 0 && add}
    >
      {!mayConnect && (
        <p className="text-sm text-soft">You may look at these, and connect none of your own.</p>
      )}
      <NeedsSignIn connections={all} />
      {all.length > 0 && <ConnectionFilters />}
      <Card>
        {list.isPending && <SkeletonRows />}
        {list.isError && (
          <ErrorState
            error={list.error}
            title="The connections could not be read"
            onRetry={() => void list.refetch()}
          />
        )}
        {list.isSuccess && all.length === 0 && (
          <EmptyState
            icon={<Cable aria-hidden />}
            title="No account is connected yet"
            action={mayConnect ? add : undefined}
          >
            Connect GitHub, Google, Notion or any MCP server that wants a sign-in. You sign in once,
            there; Plugboard keeps the access fresh and lends it to calls you permit.
          </EmptyState>
        )}
        {all.length > 0 && rows.length === 0 && (
          <EmptyState icon={<SearchX aria-hidden />} title="No connection fits these filters">
            Take a filter away to see more.
          </EmptyState>
        )}
        {rows.length > 0 && (
          <DataTable
            label="Connections"
            columns={connectionColumns}
            rows={rows}
            rowKey={({ id }) => id}
            rowName={({ name }) => name}
            card={connectionCard}
            sort={sort}
            onSort={setSort}
          />
        )}
      </Card>
      <ConnectDialog
        open={search.new === true && mayConnect}
        onOpen={(open) => set({ new: open || undefined })}
        onBegun={(request) => set({ new: undefined, request })}
        onConnected={(connection) => set({ new: undefined, connection })}
      />
      <RequestDialog
        request={search.request}
        onClose={() => set({ request: undefined })}
        onShow={(connection) => set({ request: undefined, connection })}
      />
      <ConnectionSheet
        connection={search.connection}
        onClose={() => set({ connection: undefined })}
      />
    </Page>
  );
}
