import { Download, ScrollText, SearchX, ShieldCheck } from 'lucide-react';
import { useState } from 'react';

import { Page } from '../../shell/Page.tsx';
import { useMay, useMe } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { auditRoute, type AuditSearch, filterOf, isNarrowed } from './audit-search.ts';
import { AuditFilters } from './AuditFilters.tsx';
import { AuditList } from './AuditList.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { NewRecordsButton } from './NewRecordsButton.tsx';
import { useAuditList } from './use-audit-list.ts';
import { VerifyDialog } from './VerifyDialog.tsx';

/** Everything that was called and changed, newest first. */
export function AuditPage() {
  const may = useMay();
  const { role } = useMe();
  const mayRead = may('audit.read');
  return (
    <Page
      title="Audit"
      about="Every call and every change, one after the other. Nothing in it can be changed unnoticed."
      actions={mayRead && <Actions />}
    >
      {mayRead ? (
        <Records />
      ) : (
        <Card>
          <EmptyState icon={<ScrollText aria-hidden />} title="The audit log is not open to you">
            Your role is {role}. Owners, admins and auditors read the log; ask one of them for what
            you need to know.
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}

function Actions() {
  const [open, setOpen] = useState<'verify' | 'export'>();
  return (
    <>
      <Button
        icon={<ShieldCheck className="size-4" aria-hidden />}
        onClick={() => setOpen('verify')}
      >
        Verify
      </Button>
      <Button icon={<Download className="size-4" aria-hidden />} onClick={() => setOpen('export')}>
        Export
      </Button>
      <VerifyDialog
        open={open === 'verify'}
        onOpen={(next) => setOpen(next ? 'verify' : undefined)}
      />
      <ExportDialog
        open={open === 'export'}
        onOpen={(next) => setOpen(next ? 'export' : undefined)}
      />
    </>
  );
}

function Records() {
  const search = auditRoute.useSearch();
  return (
    <>
      <AuditFilters />
      <Found key={JSON.stringify(search)} search={search} />
    </>
  );
}

/** What one filter finds. */
function Found({ search }: { readonly search: AuditSearch }) {
  // "The last hour" is counted from when it was chosen: a list that moves cannot be paged.
  const [filter] = useState(() => filterOf(search, Date.now()));
  const { list, entries, fresh, showNew } = useAuditList(filter);
  const searchedTo = list.data?.pages.at(-1)?.searchedTo;
  return (
    <>
      <NewRecordsButton count={fresh} onShow={showNew} />
      <Card>
        {list.isPending && <SkeletonRows rows={10} className="h-10" />}
        {list.isError && (
          <ErrorState
            error={list.error}
            title="The log could not be read"
            onRetry={() => void list.refetch()}
          />
        )}
        {list.isSuccess && entries.length > 0 && (
          <AuditList entries={entries} list={list} byHand={searchedTo !== undefined} />
        )}
        {list.isSuccess && entries.length === 0 && searchedTo === undefined && (
          <EmptyState
            icon={isNarrowed(search) ? <SearchX aria-hidden /> : <ScrollText aria-hidden />}
            title={isNarrowed(search) ? 'No record fits these filters' : 'Nothing is recorded yet'}
          >
            {isNarrowed(search)
              ? 'Take a filter away, or reach further back, to see more.'
              : 'Each call of an agent and each change will be here, as it happens.'}
          </EmptyState>
        )}
        {list.isSuccess && searchedTo !== undefined && (
          <div className="flex flex-wrap items-center justify-center gap-3 px-4 py-4 text-sm text-soft">
            <span>Searched back to {new Date(searchedTo).toLocaleString()}.</span>
            <Button
              size="small"
              busy={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Search further back
            </Button>
          </div>
        )}
      </Card>
    </>
  );
}
