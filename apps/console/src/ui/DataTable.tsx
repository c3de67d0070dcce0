import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';

import { Checkbox } from './Checkbox.tsx';
import { classNames } from './class-names.ts';
import { DataCards } from './DataCards.tsx';
import type { Selection } from './selection.ts';
import { TableRow } from './TableRow.tsx';
import { usePhone } from './use-media.ts';
import { useWindowRows } from './use-window-rows.ts';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** A track of a CSS grid, such as `minmax(12rem, 2fr)` or `7rem`. */
  readonly width: string;
  readonly cell: (row: Row) => ReactNode;
  /** What it is sorted by; a column without it cannot be. */
  readonly sortBy?: (row: Row) => string | number | undefined;
  readonly align?: 'left' | 'right';
}

export interface Sort {
  readonly by: string;
  readonly descending: boolean;
}

export interface DataTableProps<Row> {
  /** What is listed: the table's name. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** What a row is called, for its checkbox. */
  readonly rowName: (row: Row) => string;
  /** A row as a card, on phones. */
  readonly card: (row: Row) => ReactNode;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  readonly selection?: Selection | undefined;
  readonly rowHeight?: number;
}

/** Many rows to compare: sorted, chosen from, drawn only where they are in sight; cards on phones. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, sort } = props;
  const phone = usePhone();
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  return phone ? <DataCards {...props} rows={sorted} /> : <Grid {...props} rows={sorted} />;
}

function Grid<Row>({
  label,
  columns,
  rows,
  rowKey,
  rowName,
  sort,
  onSort,
  selection,
  rowHeight = 52,
}: DataTableProps<Row>) {
  const visible = useWindowRows(rows.length, rowHeight);
  const tracks = `${selection ? '2.5rem ' : ''}${columns.map((column) => column.width).join(' ')}`;
  return (
    <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className="text-sm">
      <div
        role="rowgroup"
        className="sticky top-14 z-10 rounded-t-card border-b border-line bg-raised"
      >
        <div
          role="row"
          aria-rowindex={1}
          className="grid items-center px-4"
          style={{ gridTemplateColumns: tracks }}
        >
          {selection && <SelectAll rows={rows} rowKey={rowKey} {...selection} />}
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div
        ref={visible.list}
        role="rowgroup"
        className="relative"
        style={{ height: visible.height }}
      >
        {visible.rows.map(({ index, key, top }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const id = rowKey(row);
          return (
            <TableRow
              key={key}
              row={row}
              id={id}
              name={rowName(row)}
              index={index}
              columns={columns}
              tracks={tracks}
              top={top}
              height={rowHeight}
              chosen={selection?.selected.has(id) ?? false}
              selection={selection}
            />
          );
        })}
      </div>
    </div>
  );
}

interface HeaderCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}

function HeaderCell<Row>({ column, sort, onSort }: HeaderCellProps<Row>) {
  const isSorted = sort?.by === column.id;
  const direction = isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const Arrow = sort?.descending === true ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      aria-sort={direction}
      className={classNames(
        'min-w-0 py-2 pr-4 text-xs font-medium text-faint',
        column.align === 'right' && 'text-right',
      )}
    >
      {column.sortBy && onSort ? (
        <button
          type="button"
          className="inline-flex items-center gap-1 rounded-sm hover:text-ink"
          onClick={() => onSort({ by: column.id, descending: isSorted && !sort.descending })}
        >
          {column.header}
          {isSorted && <Arrow className="size-3" aria-hidden />}
        </button>
      ) : (
        column.header
      )}
    </div>
  );
}

interface SelectAllProps<Row> extends Selection {
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}

function SelectAll<Row>({ rows, rowKey, selected, onSelected }: SelectAllProps<Row>) {
  const all = rows.length > 0 && rows.every((row) => selected.has(rowKey(row)));
  return (
    <div role="columnheader">
      <Checkbox
        label="Choose all"
        checked={all}
        indeterminate={!all && selected.size > 0}
        onChecked={(checked) => onSelected(new Set(checked ? rows.map(rowKey) : []))}
      />
    </div>
  );
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: Sort | undefined,
): readonly Row[] {
  const by = columns.find((column) => column.id === sort?.by)?.sortBy;
  if (!by || !sort) return rows;
  const direction = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: by(row) }))
    .sort((a, b) => direction * compare(a.key, b.key))
    .map(({ row }) => row);
}

/** What is not known comes last when ascending. */
function compare(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
