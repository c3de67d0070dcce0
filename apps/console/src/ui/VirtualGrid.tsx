import { memo, type ReactNode, useLayoutEffect, useState } from 'react';

import { useWindowRows } from './use-window-rows.ts';

export interface VirtualGridProps<Item> {
  readonly label: string;
  readonly items: readonly Item[];
  readonly itemKey: (item: Item) => string;
  readonly children: (item: Item) => ReactNode;
  /** In pixels: cards are at least so wide, and all so high. */
  readonly minWidth: number;
  readonly height: number;
  /** How many there are in all, of which `items` are the first. */
  readonly total?: number;
  /** Told when the end of what is here comes near. */
  readonly onEnd?: () => void;
}

const gap = 12;

interface CellProps<Item> {
  readonly item: Item;
  readonly draw: (item: Item) => ReactNode;
}

/** Drawn anew for another item, not while the grid scrolls. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- memo forgets that it is generic
const Cell = memo(PlainCell) as typeof PlainCell;

function PlainCell<Item>({ item, draw }: CellProps<Item>): ReactNode {
  return draw(item);
}

/** Cards in as many columns as fit, drawn only where they are in sight. */
export function VirtualGrid<Item>({
  label,
  items,
  itemKey,
  children,
  minWidth,
  height,
  total = items.length,
  onEnd,
}: VirtualGridProps<Item>) {
  const [columns, setColumns] = useState(1);
  const count = Math.ceil(items.length / columns);
  const visible = useWindowRows(count, height + gap, 4);
  const { list } = visible;
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const fit = () =>
      setColumns(Math.max(1, Math.floor((element.clientWidth + gap) / (minWidth + gap))));
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, minWidth]);
  const last = visible.rows.at(-1)?.index ?? 0;
  const isNearEnd = items.length < total && last >= count - 3;
  useLayoutEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, onEnd]);
  return (
    <div
      ref={list}
      role="list"
      aria-label={label}
      className="relative"
      style={{ height: visible.height }}
    >
      {visible.rows.flatMap(({ index, top }) =>
        items.slice(index * columns, (index + 1) * columns).map((item, column) => (
          <div
            key={itemKey(item)}
            role="listitem"
            aria-posinset={index * columns + column + 1}
            aria-setsize={total}
            className="absolute left-0"
            style={{
              height,
              width: `calc((100% - ${(columns - 1) * gap}px) / ${columns})`,
              transform: `translate(calc(${column} * (100% + ${gap}px)), ${top}px)`,
            }}
          >
            <Cell item={item} draw={children} />
          </div>
        )),
      )}
    </div>
  );
}
