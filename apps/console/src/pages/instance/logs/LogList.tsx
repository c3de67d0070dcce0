import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import { Button } from '../../../ui/Button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import type { LogLevel, ShownLine } from './log-lines.ts';

const rowHeight = 22;

export interface LogListProps {
  readonly lines: readonly ShownLine[];
  /** Lines that are too long go on in the next row. */
  readonly wrap: boolean;
  readonly label: string;
}

const marks: Readonly<Record<LogLevel, string>> = {
  error: 'text-bad',
  warn: 'text-warn',
  info: 'text-accent',
  debug: 'text-faint',
};

/** Lines of a log, drawn only where they are in sight. It stays at its end until one scrolls away. */
export function LogList({ lines, wrap, label }: LogListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 20,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, wrap]);
  useEffect(() => {
    if (atEnd && lines.length > 0) virtualizer.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [atEnd, lines, virtualizer, wrap]);
  return (
    <div className="relative">
      <div
        ref={box}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, also by keys
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={label}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
          setAtEnd(scrollTop + clientHeight >= scrollHeight - 2 * rowHeight)
        }
        className={classNames(
          'h-[60dvh] min-h-80 overflow-y-auto rounded-b-card bg-sunken font-mono text-xs leading-[22px] focus-visible:-outline-offset-2',
          wrap ? 'overflow-x-hidden' : 'overflow-x-auto',
        )}
      >
        <div className="relative min-w-full" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const line = lines[index];
            if (line === undefined) return null;
            return (
              <div
                key={String(key)}
                ref={wrap ? virtualizer.measureElement : undefined}
                data-index={index}
                className="absolute inset-x-0 flex min-w-max gap-3 px-3 hover:bg-hover data-[wrap]:min-w-0"
                data-wrap={wrap || undefined}
                style={{ transform: `translateY(${start}px)` }}
              >
                <time
                  dateTime={line.at}
                  title={new Date(line.at).toLocaleString()}
                  className="shrink-0 text-faint tabular-nums select-none"
                >
                  {clock(line.at)}
                </time>
                <span
                  className={classNames(
                    'hidden w-10 shrink-0 sm:inline',
                    line.level === undefined ? 'text-faint' : marks[line.level],
                  )}
                >
                  {line.level ?? '·'}
                </span>
                <bdi
                  className={classNames(
                    wrap ? 'min-w-0 break-all whitespace-pre-wrap' : 'whitespace-pre',
                    line.source === 'plugboard' && 'text-violet',
                    line.level === 'error' && line.source === 'stderr' && 'text-bad',
                  )}
                >
                  {line.source === 'plugboard' && (
                    <span className="mr-2 rounded bg-violet-soft px-1 text-violet">plugboard</span>
                  )}
                  {line.text}
                </bdi>
              </div>
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <Button
          size="small"
          className="absolute right-4 bottom-4 shadow-low"
          icon={<ArrowDown className="size-4" aria-hidden />}
          onClick={() => setAtEnd(true)}
        >
          To the end
        </Button>
      )}
    </div>
  );
}

function clock(at: string): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
