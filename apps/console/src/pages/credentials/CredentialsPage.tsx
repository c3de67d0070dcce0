import type { StoredCredential } from '@plugboard/contracts/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { KeyRound, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { plural } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Advice } from './Advice.tsx';
import { BulkBar } from './BulkBar.tsx';
import { credentialCard, credentialColumns } from './credential-columns.tsx';
import { credentialsRoute, isFiltered, listInputOf } from './credential-search.ts';
import { CredentialFilters } from './CredentialFilters.tsx';
import { NewCredentialDialog } from './NewCredentialDialog.tsx';

const none: ReadonlySet<string> = new Set();

/** The vault: what is sealed, whose it is, and what it fills. */
export function CredentialsPage() {
  const search = credentialsRoute.useSearch();
  const navigate = credentialsRoute.useNavigate();
  const may = useMay();
  const mayAdd = may('credential.manage_own') || may('credential.manage');
  const [selected, setSelected] = useState(none);
  const [stored, setStored] = useState<StoredCredential>();
  const list = useQuery({
    ...orpc.credentials.list.queryOptions({ input: listInputOf(search) }),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.credentials ?? [];
  const setNew = (open: boolean) =>
    void navigate({ search: (before) => ({ ...before, new: open || undefined }), replace: true });
  const add = (
    <Button
      variant="primary"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => setNew(true)}
    >
      New credential
    </Button>
  );
  const isNew = !list.isPending && rows.length === 0 && !isFiltered(search);
  const chosen = rows.filter(({ id }) => selected.has(id));
  return (
    <Page
      title="Credentials"
      about="Keys, passwords and accounts that servers are given. What is secret in them is never shown."
      actions={mayAdd && !isNew && add}
    >
      {!mayAdd && (
        <p className="text-sm text-soft">You may look at these, and change none of them.</p>
      )}
      {stored && <Advice stored={stored} onClose={() => setStored(undefined)} />}
      {!isNew && <CredentialFilters credentials={rows} />}
      <Card>
        {list.isPending && <SkeletonRows />}
        {list.isError && (
          <ErrorState
            error={list.error}
            title="The credentials could not be read"
            onRetry={() => void list.refetch()}
          />
        )}
        {isNew && !list.isError && (
          <EmptyState
            icon={<KeyRound aria-hidden />}
            title="Nothing is sealed yet"
            action={mayAdd ? add : undefined}
          >
            Put a key in here once, and lend it to as many servers as need it. When it changes,
            replace it in this one place.
          </EmptyState>
        )}
        {list.isSuccess && rows.length === 0 && isFiltered(search) && (
          <EmptyState icon={<SearchX aria-hidden />} title="No credential fits these filters">
            Take a filter away to see more.
          </EmptyState>
        )}
        {rows.length > 0 && (
          <DataTable
            label="Credentials"
            columns={credentialColumns}
            rows={rows}
            rowKey={({ id }) => id}
            rowName={({ name }) => name}
            card={credentialCard}
            sort={
              search.sort === undefined
                ? undefined
                : { by: search.sort, descending: search.descending === true }
            }
            onSort={({ by, descending }) =>
              void navigate({
                search: (before) => ({ ...before, sort: by, descending: descending || undefined }),
                replace: true,
              })
            }
            selection={mayAdd ? { selected, onSelected: setSelected } : undefined}
          />
        )}
      </Card>
      {rows.length > 0 && (
        <p className="text-xs text-faint" role="status">
          {plural(rows.length, 'credential')}
        </p>
      )}
      {chosen.length > 0 && <BulkBar credentials={chosen} onClear={() => setSelected(none)} />}
      <NewCredentialDialog
        open={search.new === true && mayAdd}
        onOpen={setNew}
        onCreated={(created) => {
          setNew(false);
          setStored(created.advice.length > 0 ? created : undefined);
          tellDone(`${created.name} is sealed`);
        }}
      />
    </Page>
  );
}
