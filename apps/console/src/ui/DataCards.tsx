import type { ReactNode } from 'react';

import { Checkbox } from './Checkbox.tsx';
import { changedSelection, type Selection } from './selection.ts';
import { useWindowRows } from './use-window-rows.ts';

interface DataCardsProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly rowName: (row: Row) => string;
  readonly card: (row: Row) => ReactNode;
  readonly selection?: Selection | undefined;
}

/** A table on a phone. */
export function DataCards<Row>({
  label,
  rows,
  rowKey,
  rowName,
  card,
  selection,
}: DataCardsProps<Row>) {
  const visible = useWindowRows(rows.length, 120, 5);
  return (
    <div
      ref={visible.list}
      role="list"
      aria-label={label}
      className="relative"
      style={{ height: visible.height }}
    >
      {visible.rows.map(({ index, key, top }) => {
        const row = rows[index];
        if (row === undefined) return null;
        const id = rowKey(row);
        return (
          <div
            key={key}
            ref={visible.measure}
            data-index={index}
            role="listitem"
            className="absolute inset-x-0 flex gap-3 border-b border-line px-4 py-3"
            style={{ transform: `translateY(${top}px)` }}
          >
            {selection && (
              <div className="pt-0.5">
                <Checkbox
                  label={`Choose ${rowName(row)}`}
                  checked={selection.selected.has(id)}
                  onChecked={(checked) =>
                    selection.onSelected(changedSelection(selection.selected, id, checked))
                  }
                />
              </div>
            )}
            <div className="min-w-0 flex-1">{card(row)}</div>
          </div>
        );
      })}
    </div>
  );
}
