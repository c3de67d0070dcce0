import { useQuery } from '@tanstack/react-query';
import { BookMarked, Plus } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { AddSourceDialog } from './AddSourceDialog.tsx';
import { SourceItem } from './SourceItem.tsx';

/** Where the marketplace's entries come from. */
export function SourcesPart() {
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const list = useQuery(orpc.sources.list.queryOptions());
  const sources = (list.data?.sources ?? []).toSorted((a, b) => a.priority - b.priority);
  return (
    <Section
      title="Catalog sources"
      about="Where the marketplace’s servers come from. Where two tell of the same server, the one with the lower number is believed."
      actions={
        may('source.manage') && (
          <Button
            size="small"
            variant="primary"
            icon={<Plus className="size-4" aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add a source
          </Button>
        )
      }
      flush
    >
      {list.isPending && <SkeletonRows rows={3} />}
      {list.isError && (
        <ErrorState
          error={list.error}
          title="The sources could not be read"
          onRetry={() => void list.refetch()}
        />
      )}
      {list.isSuccess && sources.length === 0 && (
        <EmptyState icon={<BookMarked aria-hidden />} title="There is no source">
          Add a registry, Docker’s catalog or a folder of your own.
        </EmptyState>
      )}
      {sources.length > 0 && (
        <ul aria-label="Catalog sources" className="divide-y divide-line">
          {sources.map((source) => (
            <SourceItem key={source.id} source={source} />
          ))}
        </ul>
      )}
      {adding && <AddSourceDialog onClose={() => setAdding(false)} />}
    </Section>
  );
}
