import type { OfferingKind } from '@plugboard/contracts';
import type { Instance, OfferingView } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Wrench } from 'lucide-react';
import { useCallback } from 'react';

import { orpc } from '../../../api/client.ts';
import { Card } from '../../../ui/Card.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SearchField } from '../../../ui/SearchField.tsx';
import { SegmentedControl } from '../../../ui/SegmentedControl.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { useUrlText } from '../../../ui/use-url-text.ts';
import { OfferingDialog } from './OfferingDialog.tsx';
import { offeringCard, offeringColumns, offeringKey } from './offering-columns.tsx';

const kinds = [
  ['tool', 'Tools'],
  ['prompt', 'Prompts'],
  ['resource', 'Resources'],
  ['resource_template', 'Templates'],
] as const satisfies readonly (readonly [OfferingKind, string])[];

const none: readonly OfferingView[] = [];

/** What the instance offers: the level each needs, its schemas, and who may use it. */
export function ToolsTab({ instance }: { readonly instance: Instance }) {
  const query = useQuery(orpc.offerings.list.queryOptions({ input: { instance: instance.id } }));
  const search = useSearch({ from: '/instances/$instance' });
  const navigate = useNavigate({ from: '/instances/$instance' });
  const put = useCallback(
    (change: Partial<typeof search>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const [q, setQ] = useUrlText(
    search.q ?? '',
    useCallback((text: string) => put({ q: text === '' ? undefined : text }), [put]),
  );
  const offerings = query.data?.offerings ?? none;
  const present = kinds.filter(([kind]) => offerings.some((each) => each.kind === kind));
  const kind = search.kind ?? present[0]?.[0] ?? 'tool';
  const rows = offerings.filter((each) => each.kind === kind && isLike(each, search.q ?? ''));
  const openOne = (name: string) => put({ kind, name });
  const columns = offeringColumns(instance, openOne);
  if (query.isPending) {
    return (
      <Card>
        <SkeletonRows rows={6} className="h-11" />
      </Card>
    );
  }
  if (query.isError) {
    return (
      <Card>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    );
  }
  if (offerings.length === 0) {
    return (
      <Card>
        <EmptyState icon={<Wrench aria-hidden />} title="It offers nothing yet">
          A server tells what it offers when it starts. If it failed, its logs say why.
        </EmptyState>
      </Card>
    );
  }
  const open = offerings.find((each) => each.kind === kind && each.name === search.name);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField label="Search what it offers" value={q} onValue={setQ} />
        {present.length > 1 && (
          <SegmentedControl
            label="Kind"
            value={kind}
            onValue={(next) => put({ kind: next })}
            options={present.map(([value, label]) => ({
              value,
              label: `${label} ${offerings.filter((each) => each.kind === value).length}`,
            }))}
          />
        )}
      </div>
      <Card>
        {rows.length === 0 ? (
          <EmptyState title="Nothing is like that" />
        ) : (
          <DataTable
            label="What it offers"
            columns={columns}
            rows={rows}
            rowKey={offeringKey}
            rowName={({ name }) => name}
            rowHeight={56}
            card={offeringCard(instance, openOne)}
          />
        )}
      </Card>
      {open !== undefined && (
        <OfferingDialog
          instance={instance}
          offering={open}
          onClose={() => put({ name: undefined })}
        />
      )}
    </div>
  );
}

function isLike({ name, title, description }: OfferingView, q: string): boolean {
  const text = `${name} ${title ?? ''} ${description ?? ''}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
