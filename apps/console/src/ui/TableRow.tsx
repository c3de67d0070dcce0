import { memo, type ReactNode } from 'react';

import { Checkbox } from './Checkbox.tsx';
import { classNames } from './class-names.ts';
import type { Column } from './DataTable.tsx';
import { changedSelection, type Selection } from './selection.ts';

export interface TableRowProps<Row> {
  readonly row: Row;
  readonly id: string;
  /** For its checkbox. */
  readonly name: string;
  readonly index: number;
  readonly columns: readonly Column<Row>[];
  /** The tracks of the grid, as CSS has them. */
  readonly tracks: string;
  /** In pixels: where it stands in the list, and how high it is. */
  readonly top: number;
  readonly height: number;
  readonly chosen: boolean;
  readonly selection: Selection | undefined;
}

/** One row of a table. While the list scrolls, only rows that come into sight are drawn. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- memo forgets that it is generic
export const TableRow = memo(PlainRow) as typeof PlainRow;

function PlainRow<Row>({
  row,
  id,
  name,
  index,
  columns,
  tracks,
  top,
  height,
  chosen,
  selection,
}: TableRowProps<Row>): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selection ? chosen : undefined}
      className={classNames(
        'absolute inset-x-0 grid items-center border-b border-line px-4 hover:bg-hover',
        chosen && 'bg-accent-soft/40 shadow-[inset_3px_0_0_var(--accent)]',
      )}
      style={{ gridTemplateColumns: tracks, height, transform: `translateY(${top}px)` }}
    >
      {selection && (
        <div role="cell">
          <Checkbox
            label={`Choose ${name}`}
            checked={chosen}
            onChecked={(checked) =>
              selection.onSelected(changedSelection(selection.selected, id, checked))
            }
          />
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column.id}
          role="cell"
          className={classNames(
            'min-w-0 truncate pr-4',
            column.align === 'right' && 'text-right tabular-nums',
          )}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
