import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef } from 'react';

import type { Setting } from '../../access/grant-changes.ts';
import { GridHeader } from './GridHeader.tsx';
import { GridRow } from './GridRow.tsx';
import { readKey } from './grid-keys.ts';
import { type MatrixModel, type Position, rectangleOf, type Selection } from './matrix-model.ts';
import { showCell, sizes, useGridWindow } from './use-grid-window.ts';

export interface MatrixGridProps {
  readonly model: MatrixModel;
  readonly selection: Selection;
  readonly onSelection: (selection: Selection) => void;
  readonly onSet: (setting: Setting) => void;
  /** Asked to show the tools behind a cell. */
  readonly onOpen: (at: Position) => void;
  /** Asked for the choices of a cell, beside it. */
  readonly onMenu: (at: Position, anchor: Element) => void;
  readonly readOnly: boolean;
}

/** Agents by servers: only what is in sight is drawn, however many there are. */
export function MatrixGrid(props: MatrixGridProps) {
  const { model, selection, onSelection, onSet, onOpen, onMenu, readOnly } = props;
  const grid = useRef<HTMLDivElement>(null);
  const { agents, columns } = model;
  const seen = useGridWindow(grid, agents.length, columns.length);
  const { active } = selection;
  const chosen = rectangleOf(selection);

  useEffect(() => {
    if (grid.current) showCell(grid.current, active.row, active.column);
  }, [active.row, active.column]);

  const cellElement = useCallback(
    ({ row, column }: Position) =>
      grid.current?.querySelector(`[data-row="${row}"][data-column="${column}"]`) ?? undefined,
    [],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / sizes.row) - 3);
    const action = readKey(event, active, { rows: agents.length, columns: columns.length, page });
    if (!action) return;
    // With nothing to clear the key is somebody else’s, such as of a dialog that just opened.
    if (action.do === 'clear' && selection.anchor === active) return;
    event.preventDefault();
    const anchor = cellElement(active);
    if (action.do === 'go') {
      onSelection({ anchor: action.extend ? selection.anchor : action.to, active: action.to });
    } else if (action.do === 'all') {
      onSelection({
        anchor: { row: 0, column: 0 },
        active: { row: agents.length - 1, column: columns.length - 1 },
      });
    } else if (action.do === 'clear') onSelection({ anchor: active, active });
    else if (action.do === 'open') onOpen(active);
    else if (action.do === 'menu') {
      if (anchor) onMenu(active, anchor);
    } else if (!readOnly) onSet(action.setting);
  };

  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return;
    const element = event.target.closest('[data-row], [data-column]');
    if (!element) return;
    const row = numberOf(element, 'data-row');
    const column = numberOf(element, 'data-column');
    grid.current?.focus({ preventScroll: true });
    if (row !== undefined && column !== undefined) {
      const at = { row, column };
      onSelection({ anchor: event.shiftKey ? selection.anchor : at, active: at });
      if (!event.shiftKey) onMenu(at, element);
    } else if (row !== undefined) {
      // The header of a row is all of it.
      const last = columns.length - 1;
      const from = event.shiftKey ? selection.anchor.row : row;
      onSelection({ anchor: { row: from, column: last }, active: { row, column: 0 } });
    } else if (column !== undefined) {
      const last = agents.length - 1;
      const from = event.shiftKey ? selection.anchor.column : column;
      onSelection({ anchor: { row: last, column: from }, active: { row: 0, column } });
    }
  };

  const shownColumns = columns.slice(seen.firstColumn, seen.lastColumn);
  const width = sizes.rowHeader + columns.length * sizes.column;
  return (
    <div
      ref={grid}
      role="grid"
      tabIndex={0}
      aria-label="Agents by servers"
      aria-rowcount={agents.length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-readonly={readOnly || undefined}
      aria-activedescendant={cellId(active)}
      onKeyDown={onKeyDown}
      onClick={onClick}
      className="peer relative max-h-[calc(100dvh-17rem)] min-h-72 overflow-auto overscroll-contain rounded-card text-sm focus-visible:-outline-offset-2"
    >
      <div
        role="presentation"
        className="relative"
        style={{ width, minWidth: '100%', height: sizes.header + agents.length * sizes.row }}
      >
        <GridHeader columns={shownColumns} first={seen.firstColumn} chosen={chosen} />
        <div role="rowgroup">
          {agents.slice(seen.firstRow, seen.lastRow).map((agent, index) => {
            const row = seen.firstRow + index;
            const isChosen = row >= chosen.top && row <= chosen.bottom;
            return (
              <GridRow
                key={agent.id}
                agent={agent}
                row={row}
                model={model}
                firstColumn={seen.firstColumn}
                lastColumn={seen.lastColumn}
                activeColumn={row === active.row ? active.column : undefined}
                chosenFrom={isChosen ? chosen.left : undefined}
                chosenTo={isChosen ? chosen.right : undefined}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

export function cellId({ row, column }: Position): string {
  return `cell-${row}-${column}`;
}

function numberOf(element: Element, name: string): number | undefined {
  const value = element.getAttribute(name);
  return value === null ? undefined : Number(value);
}
