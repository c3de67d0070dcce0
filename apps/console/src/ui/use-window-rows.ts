import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

interface WindowRows {
  readonly list: RefObject<HTMLDivElement | null>;
  /** In pixels, of all rows. */
  readonly height: number;
  readonly rows: readonly {
    readonly index: number;
    readonly key: number | string;
    readonly top: number;
  }[];
  /** For rows whose height is not known before. */
  readonly measure: (element: Element | null) => void;
}

/** Which rows of a long list are near the window's sight. The page scrolls, not the list. */
export function useWindowRows(count: number, rowHeight: number, overscan = 8): WindowRows {
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    // What stands above may grow and shrink.
    const find = () => setMargin(Math.round(element.getBoundingClientRect().top + scrollY));
    find();
    const observer = new ResizeObserver(find);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: margin,
    // Rows beyond sight are there already: drawing more may wait for the next frame.
    useFlushSync: false,
  });
  return {
    list,
    height: virtualizer.getTotalSize(),
    rows: virtualizer
      .getVirtualItems()
      .map(({ index, key, start }) => ({ index, key: String(key), top: start - margin })),
    measure: virtualizer.measureElement,
  };
}
