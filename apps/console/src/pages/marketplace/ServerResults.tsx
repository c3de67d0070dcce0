import { SearchX, Store } from 'lucide-react';

import { Button } from '../../ui/Button.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { VirtualGrid } from '../../ui/VirtualGrid.tsx';
import { countFilters, withoutFilters } from './query-text.ts';
import { rememberSearch } from './search-history.ts';
import { cardHeight, ServerCard } from './ServerCard.tsx';
import type { useServers } from './use-catalog.ts';

export interface ServerResultsProps {
  readonly q: string;
  readonly servers: ReturnType<typeof useServers>;
  readonly trending: ReadonlySet<string>;
  readonly onQuery: (query: string) => void;
}

/** The servers that were found, as far as one scrolls. */
export function ServerResults({ q, servers, trending, onQuery }: ServerResultsProps) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = servers;
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <GridSkeleton />;
  }
  const cards = data.pages.flatMap((page) => page.servers);
  const total = data.pages[0]?.total ?? 0;
  if (cards.length === 0) return <Nothing q={q} onQuery={onQuery} />;
  return (
    <>
      <VirtualGrid
        label="Servers"
        items={cards}
        itemKey={({ name }) => name}
        minWidth={290}
        height={cardHeight}
        total={hasNextPage ? total : cards.length}
        onEnd={() => {
          if (!isFetchingNextPage) void fetchNextPage();
        }}
      >
        {(card) => (
          <ServerCard
            card={card}
            trending={trending.has(card.name)}
            onOpen={() => rememberSearch(q)}
          />
        )}
      </VirtualGrid>
      {isFetchingNextPage && (
        <p role="status" className="py-3 text-center text-sm text-faint">
          Loading more…
        </p>
      )}
    </>
  );
}

export function GridSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,290px),1fr))] gap-3"
    >
      {Array.from({ length: 9 }, (_, position) => (
        <Skeleton key={position} className="h-49 rounded-card" />
      ))}
    </div>
  );
}

function Nothing({ q, onQuery }: { readonly q: string; readonly onQuery: (q: string) => void }) {
  if (q === '') {
    return (
      <EmptyState
        icon={<Store aria-hidden />}
        title="The catalog is empty"
        action={
          <ButtonLink to="/settings" search={{ part: 'sources' }} variant="primary">
            Look at the sources
          </ButtonLink>
        }
      >
        Sources tell which servers there are. Add one, or have those that you have read again.
      </EmptyState>
    );
  }
  const words = withoutFilters(q);
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="No server fits"
      action={
        countFilters(q) > 0 ? (
          <Button onClick={() => onQuery(words)}>Search without filters</Button>
        ) : (
          <Button onClick={() => onQuery('')}>Show all servers</Button>
        )
      }
    >
      Try fewer or other words, or say what it should do: “send mail”, “query a database”.
    </EmptyState>
  );
}
