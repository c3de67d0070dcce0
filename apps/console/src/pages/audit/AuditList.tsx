import type { AuditEntry } from '@plugboard/contracts/api';
import type { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';

import { usePhone } from '../../ui/use-media.ts';
import { useWindowRows } from '../../ui/use-window-rows.ts';
import { EntryCard, EntryRow, entryTracks } from './EntryRow.tsx';

export interface AuditListProps {
  readonly entries: readonly AuditEntry[];
  readonly list: Pick<
    ReturnType<typeof useInfiniteQuery>,
    'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'
  > & { readonly data?: unknown };
  /** Whether older ones are only had when they are asked for. */
  readonly byHand?: boolean;
}

const rowHeight = 44;
const cardHeight = 80;

/** Records that go on as one scrolls, drawn only where they are in sight. */
export function AuditList({ entries, list, byHand = false }: AuditListProps) {
  const phone = usePhone();
  const visible = useWindowRows(entries.length, phone ? cardHeight : rowHeight, 12);
  const last = visible.rows.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const isNearEnd = hasNextPage && !isFetchingNextPage && !byHand && last >= entries.length - 20;
  useEffect(() => {
    if (isNearEnd) void fetchNextPage();
  }, [isNearEnd, fetchNextPage]);
  const rows = visible.rows.map(({ index, key, top }) => {
    const entry = entries[index];
    const Row = phone ? EntryCard : EntryRow;
    return (
      entry && (
        <Row
          key={key}
          entry={entry}
          position={index}
          style={{ height: phone ? cardHeight : rowHeight, transform: `translateY(${top}px)` }}
        />
      )
    );
  });
  const count = hasNextPage ? -1 : entries.length;
  return (
    <>
      {phone ? (
        <div
          ref={visible.list}
          role="list"
          aria-label="Records"
          className="relative"
          style={{ height: visible.height }}
        >
          {rows}
        </div>
      ) : (
        <div role="table" aria-label="Records" aria-rowcount={count < 0 ? -1 : count + 1}>
          <div
            role="rowgroup"
            className="sticky top-14 z-[5] rounded-t-card border-b border-line bg-raised"
          >
            <div
              role="row"
              aria-rowindex={1}
              className="grid items-center gap-x-4 px-4 py-2 text-xs font-medium text-faint"
              style={{ gridTemplateColumns: entryTracks }}
            >
              {['When', 'What', 'On', 'By', 'At', 'Took', 'Record'].map((header) => (
                <div
                  key={header}
                  role="columnheader"
                  className={header === 'Took' || header === 'Record' ? 'text-right' : undefined}
                >
                  {header}
                </div>
              ))}
            </div>
          </div>
          <div
            ref={visible.list}
            role="rowgroup"
            className="relative text-sm"
            style={{ height: visible.height }}
          >
            {rows}
          </div>
        </div>
      )}
      <p role="status" className="px-4 py-3 text-center text-xs text-faint">
        {isFetchingNextPage ? 'Reading older records…' : !hasNextPage && 'This is where it begins.'}
      </p>
    </>
  );
}
