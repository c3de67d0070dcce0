import { Wrench } from 'lucide-react';

import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { QueryNotes } from './QueryNotes.tsx';
import { GridSkeleton } from './ServerResults.tsx';
import { ToolResults } from './ToolResults.tsx';
import { useTools } from './use-catalog.ts';

export interface ToolTabProps {
  readonly q: string;
  readonly onQuery: (query: string) => void;
}

/** Searches inside servers: what a tool is called and what it says of itself. */
export function ToolTab({ q, onQuery }: ToolTabProps) {
  const tools = useTools(q, true);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = tools;
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <GridSkeleton />;
  }
  const [first] = data.pages;
  const found = data.pages.flatMap((page) => page.tools);
  return (
    <>
      {first && <QueryNotes q={q} reading={first} onQuery={onQuery} />}
      {found.length === 0 ? (
        <EmptyState
          icon={<Wrench aria-hidden />}
          title={q === '' ? 'Search inside servers' : 'No tool fits'}
        >
          Write what a tool should do, such as “create issue” or “read file”. Only tools that the
          catalog knows are found; servers tell the others once they are installed.
        </EmptyState>
      ) : (
        <ToolResults
          tools={found}
          hasMore={hasNextPage}
          onEnd={() => {
            if (!isFetchingNextPage) void fetchNextPage();
          }}
        />
      )}
    </>
  );
}
