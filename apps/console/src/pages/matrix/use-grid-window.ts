import { type RefObject, useCallback, useLayoutEffect, useState } from 'react';

export const sizes = { row: 44, column: 104, rowHeader: 200, header: 72 } as const;

interface GridWindow {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** Rows and columns come and go by so many at once: scrolling draws nothing in between. */
const step = 4;

/** Which cells of a grid that scrolls both ways are in sight, or near. */
export function useGridWindow(
  grid: RefObject<HTMLElement | null>,
  rows: number,
  columns: number,
): GridWindow {
  const [seen, setSeen] = useState<GridWindow>({
    firstRow: 0,
    lastRow: 20,
    firstColumn: 0,
    lastColumn: 16,
  });
  const look = useCallback(() => {
    const element = grid.current;
    if (!element) return;
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = element;
    const down = (value: number) => Math.max(0, (Math.floor(value / step) - 1) * step);
    const up = (value: number) => (Math.ceil(value / step) + 1) * step;
    const next = {
      firstRow: down(scrollTop / sizes.row),
      lastRow: up((scrollTop + clientHeight) / sizes.row),
      firstColumn: down(scrollLeft / sizes.column),
      lastColumn: up((scrollLeft + clientWidth - sizes.rowHeader) / sizes.column),
    };
    setSeen((before) => (isSame(before, next) ? before : next));
  }, [grid]);
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    element.addEventListener('scroll', look, { passive: true });
    // It also tells of the size that there is at first.
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [grid, look]);
  return {
    ...seen,
    lastRow: Math.min(seen.lastRow, rows),
    lastColumn: Math.min(seen.lastColumn, columns),
  };
}

/** Scrolls a cell into sight, from below the header and from behind the first column. */
export function showCell(element: HTMLElement, row: number, column: number): void {
  const { scrollTop, scrollLeft, clientHeight, clientWidth } = element;
  const top = row * sizes.row;
  const left = column * sizes.column;
  const height = clientHeight - sizes.header;
  const width = clientWidth - sizes.rowHeader;
  if (top < scrollTop) element.scrollTop = top;
  else if (top + sizes.row > scrollTop + height) element.scrollTop = top + sizes.row - height;
  if (left < scrollLeft) element.scrollLeft = left;
  else if (left + sizes.column > scrollLeft + width)
    element.scrollLeft = left + sizes.column - width;
}

function isSame(a: GridWindow, b: GridWindow): boolean {
  return (
    a.firstRow === b.firstRow &&
    a.lastRow === b.lastRow &&
    a.firstColumn === b.firstColumn &&
    a.lastColumn === b.lastColumn
  );
}
