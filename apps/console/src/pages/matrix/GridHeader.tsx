import { Blocks, CirclePause } from 'lucide-react';

import { classNames } from '../../ui/class-names.ts';
import { plural } from '../../ui/format.ts';
import { visibleText } from '../../ui/Untrusted.tsx';
import type { MatrixColumn, Rectangle } from './matrix-model.ts';
import { sizes } from './use-grid-window.ts';

export interface GridHeaderProps {
  readonly columns: readonly MatrixColumn[];
  /** The position of the first of them. */
  readonly first: number;
  readonly chosen: Rectangle;
}

/** The names of servers: they stay above while the rows pass below. */
export function GridHeader({ columns, first, chosen }: GridHeaderProps) {
  return (
    <div role="rowgroup" className="sticky top-0 z-20">
      <div
        role="row"
        aria-rowindex={1}
        className="relative border-b border-line bg-raised"
        style={{ height: sizes.header }}
      >
        <div
          role="columnheader"
          aria-colindex={1}
          className="sticky left-0 z-10 flex h-full items-end border-r border-line bg-raised px-4 pb-2 text-xs text-faint"
          style={{ width: sizes.rowHeader }}
        >
          Agent
        </div>
        {columns.map((column, index) => (
          <ColumnHeader
            key={column.id}
            column={column}
            position={first + index}
            chosen={first + index >= chosen.left && first + index <= chosen.right}
          />
        ))}
      </div>
    </div>
  );
}

function ColumnHeader({
  column,
  position,
  chosen,
}: {
  readonly column: MatrixColumn;
  readonly position: number;
  readonly chosen: boolean;
}) {
  const isToolbox = column.scope === 'toolbox';
  return (
    <div
      role="columnheader"
      aria-colindex={position + 2}
      data-column={position}
      title={isToolbox ? `All of ${column.toolbox.slug}` : titleOf(column.instance)}
      className={classNames(
        'absolute inset-y-0 flex cursor-pointer flex-col justify-end px-2 pb-2 hover:bg-hover',
        isToolbox && 'border-l border-line bg-sunken',
        chosen && 'text-accent',
      )}
      style={{ left: sizes.rowHeader + position * sizes.column, width: sizes.column }}
    >
      {isToolbox ? (
        <>
          <span className="flex items-center gap-1 text-[0.6875rem] text-faint">
            <Blocks className="size-3" aria-hidden />
            {column.toolbox.environment}
          </span>
          <span className="truncate text-xs font-semibold">{column.toolbox.slug}</span>
          <span className="truncate text-[0.6875rem] leading-4 text-faint">all in it</span>
        </>
      ) : (
        <>
          <span className="flex min-w-0 items-center gap-1 text-xs font-medium">
            {column.instance.stopped && (
              <CirclePause className="size-3 shrink-0 text-warn" aria-label="stopped" />
            )}
            <span className="truncate">{column.instance.slug}</span>
          </span>
          <span className="truncate text-[0.6875rem] leading-4 text-faint">
            {plural(toolCount(column.instance.tools), 'tool')}
          </span>
        </>
      )}
    </div>
  );
}

type Instance = Extract<MatrixColumn, { scope: 'instance' }>['instance'];

function toolCount({ read, write, execute, admin }: Instance['tools']): number {
  return read + write + execute + admin;
}

function titleOf({ slug, title, tools, stopped }: Instance): string {
  const { read, write, execute, admin } = tools;
  const counts = `${read} read, ${write} write, ${execute} execute, ${admin} admin`;
  return `${visibleText(title)} (${slug}): ${counts}${stopped ? '; stopped' : ''}`;
}
