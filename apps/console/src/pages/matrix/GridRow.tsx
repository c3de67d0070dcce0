import { memo } from 'react';

import type { CellView } from '../../access/grant-changes.ts';
import { classNames } from '../../ui/class-names.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { LevelCell, wordsOf } from './LevelCell.tsx';
import { type MatrixAgent, type MatrixModel, nameOfColumn } from './matrix-model.ts';
import { sizes } from './use-grid-window.ts';

export interface GridRowProps {
  readonly agent: MatrixAgent;
  readonly row: number;
  readonly model: MatrixModel;
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly activeColumn: number | undefined;
  readonly chosenFrom: number | undefined;
  readonly chosenTo: number | undefined;
}

/** An agent and what it may do, as far as it is in sight. */
export const GridRow = memo(function GridRow({
  agent,
  row,
  model,
  firstColumn,
  lastColumn,
  activeColumn,
  chosenFrom = 0,
  chosenTo = -1,
}: GridRowProps) {
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      className="absolute left-0 w-full border-b border-line"
      style={{ height: sizes.row, top: sizes.header + row * sizes.row }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        data-row={row}
        className={classNames(
          'sticky left-0 z-10 flex h-full cursor-pointer flex-col justify-center border-r border-line bg-raised px-4 hover:text-accent',
          chosenTo >= 0 && 'text-accent',
        )}
        style={{ width: sizes.rowHeader }}
      >
        <Untrusted className="truncate text-sm leading-5 font-medium">{agent.name}</Untrusted>
        {agent.name !== agent.slug && (
          <span className="truncate text-xs leading-4 text-faint">{agent.slug}</span>
        )}
      </div>
      {model.columns.slice(firstColumn, lastColumn).map((column, index) => {
        const position = firstColumn + index;
        return (
          <Cell
            key={column.id}
            row={row}
            column={position}
            view={model.viewAt(agent.id, column)}
            name={`${agent.slug}, ${nameOfColumn(column)}`}
            isToolbox={column.scope === 'toolbox'}
            isActive={position === activeColumn}
            isChosen={position >= chosenFrom && position <= chosenTo}
          />
        );
      })}
    </div>
  );
});

interface CellProps {
  readonly row: number;
  readonly column: number;
  readonly view: CellView;
  readonly name: string;
  readonly isToolbox: boolean;
  readonly isActive: boolean;
  readonly isChosen: boolean;
}

const Cell = memo(
  function Cell({ row, column, view, name, isToolbox, isActive, isChosen }: CellProps) {
    return (
      <div
        role="gridcell"
        id={`cell-${row}-${column}`}
        aria-colindex={column + 2}
        aria-selected={isChosen}
        aria-label={`${name}: ${wordsOf(view)}`}
        data-row={row}
        data-column={column}
        className={classNames(
          'absolute inset-y-0 cursor-pointer px-1',
          isToolbox && 'border-l border-line',
          isToolbox && !isChosen && 'bg-sunken',
          isChosen ? 'bg-raised inset-ring inset-ring-accent' : 'hover:bg-hover',
          isActive && 'outline-2 -outline-offset-2 outline-accent',
        )}
        style={{ left: sizes.rowHeader + column * sizes.column, width: sizes.column }}
      >
        <LevelCell view={view} />
      </div>
    );
  },
  (a, b) =>
    a.row === b.row &&
    a.name === b.name &&
    a.column === b.column &&
    a.isActive === b.isActive &&
    a.isChosen === b.isChosen &&
    a.isToolbox === b.isToolbox &&
    wordsOf(a.view) === wordsOf(b.view),
);
