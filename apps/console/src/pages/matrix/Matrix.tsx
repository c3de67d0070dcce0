import { getRouteApi } from '@tanstack/react-router';
import type { AccessMatrix } from '@plugboard/contracts/api';
import { SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';

import { changesFor, type Setting } from '../../access/grant-changes.ts';
import { useSetGrants } from '../../access/use-set-grants.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { plural } from '../../ui/format.ts';
import { usePhone } from '../../ui/use-media.ts';
import { BulkBar } from './BulkBar.tsx';
import { Legend } from './Legend.tsx';
import { LevelMenu } from './LevelMenu.tsx';
import { MatrixGrid } from './MatrixGrid.tsx';
import {
  cellsIn,
  type ChosenCell,
  modelOf,
  nameOfColumn,
  placeOf,
  type Position,
  rectangleOf,
  type Selection,
} from './matrix-model.ts';
import { MatrixPhone } from './MatrixPhone.tsx';
import { ToolsSheet } from './ToolsSheet.tsx';

const route = getRouteApi('/matrix');
const corner: Position = { row: 0, column: 0 };

export interface MatrixProps {
  readonly matrix: AccessMatrix;
  readonly readOnly: boolean;
}

/** The matrix that can be worked with: a grid, or on phones an agent at a time. */
export function Matrix({ matrix, readOnly }: MatrixProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const phone = usePhone();
  const { set, dialog } = useSetGrants();
  const { q, toolbox } = search;
  const model = useMemo(() => modelOf(matrix, { q, toolbox }), [matrix, q, toolbox]);
  const [chosen, setChosen] = useState<Selection>({ anchor: corner, active: corner });
  const [menu, setMenu] = useState<{ at: Position; anchor: Element }>();
  // What is chosen may have gone from sight.
  const active = within(chosen.active);
  const isOne = chosen.anchor === chosen.active;
  const selection = { anchor: isOne ? active : within(chosen.anchor), active };
  const cells = cellsIn(model, rectangleOf(selection));

  function within({ row, column }: Position): Position {
    const lastRow = Math.max(0, model.agents.length - 1);
    const lastColumn = Math.max(0, model.columns.length - 1);
    return { row: Math.min(row, lastRow), column: Math.min(column, lastColumn) };
  }

  function cellAt({ row, column: position }: Position): ChosenCell | undefined {
    const agent = model.agents[row];
    const column = model.columns[position];
    return agent && column && { agent, column };
  }

  function setCells(chosenCells: readonly ChosenCell[], setting: Setting, expiresAt?: string) {
    const changes = chosenCells.flatMap(({ agent, column }) =>
      changesFor(agent.id, placeOf(column), setting, model.cellAt(agent.id, column.id), expiresAt),
    );
    void set(changes, wordsFor(chosenCells, setting));
  }

  function open({ agent, column }: ChosenCell) {
    if (column.scope !== 'instance') return;
    void navigate({
      search: (before) => ({ ...before, agent: agent.slug, instance: column.instance.slug }),
    });
  }

  const looked = {
    agent: matrix.agents.find(({ slug }) => slug === search.agent),
    instance: matrix.instances.find(({ slug }) => slug === search.instance),
  };
  const lookedColumn = looked.instance && columnOf(matrix, looked.instance);
  const menuCell = menu && cellAt(menu.at);

  return (
    <>
      {model.agents.length === 0 ? (
        <Card>
          <EmptyState icon={<SearchX aria-hidden />} title="Nothing is called that" />
        </Card>
      ) : phone ? (
        <MatrixPhone
          model={model}
          agent={search.agent}
          onAgent={(agent) =>
            void navigate({ search: (before) => ({ ...before, agent, instance: undefined }) })
          }
          onSet={(cell, setting) => setCells([cell], setting)}
          onTools={open}
          readOnly={readOnly}
        />
      ) : (
        <Card className="min-w-0">
          <MatrixGrid
            model={model}
            selection={selection}
            onSelection={setChosen}
            onSet={(setting) => setCells(cells, setting)}
            onOpen={(at) => {
              const cell = cellAt(at);
              if (cell) open(cell);
            }}
            onMenu={(at, anchor) => setMenu({ at, anchor })}
            readOnly={readOnly}
          />
        </Card>
      )}
      {!phone && <Legend readOnly={readOnly} />}
      {menu && menuCell && (
        <LevelMenu
          cell={menuCell}
          view={model.viewAt(menuCell.agent.id, menuCell.column)}
          anchor={menu.anchor}
          onClose={() => setMenu(undefined)}
          onSet={(setting) => setCells([menuCell], setting)}
          onTools={() => open(menuCell)}
          readOnly={readOnly}
        />
      )}
      {!readOnly && !phone && cells.length > 1 && (
        <BulkBar
          cells={cells.length}
          agents={new Set(cells.map(({ agent }) => agent.id)).size}
          servers={new Set(cells.map(({ column }) => column.id)).size}
          onSet={(setting) => setCells(cells, setting)}
          onClear={() => setChosen({ anchor: selection.active, active: selection.active })}
        />
      )}
      {looked.agent && looked.instance && lookedColumn && (
        <ToolsSheet
          agent={looked.agent}
          instance={looked.instance}
          view={model.viewAt(looked.agent.id, lookedColumn)}
          onClose={() =>
            void navigate({
              search: (before) => ({
                ...before,
                instance: undefined,
                ...(!phone && { agent: undefined }),
              }),
            })
          }
          onLevel={(setting, expiresAt) =>
            looked.agent &&
            setCells([{ agent: looked.agent, column: lookedColumn }], setting, expiresAt)
          }
          setGrants={set}
          readOnly={readOnly}
        />
      )}
      {dialog}
    </>
  );
}

function columnOf(matrix: AccessMatrix, instance: AccessMatrix['instances'][number]) {
  const toolbox = matrix.toolboxes.find(({ id }) => id === instance.toolboxId);
  return toolbox && ({ scope: 'instance', id: instance.id, toolbox, instance } as const);
}

function wordsFor(cells: readonly ChosenCell[], setting: Setting): string {
  const [only] = cells;
  if (cells.length !== 1 || !only) return `Set ${plural(cells.length, 'cell')} to ${setting}`;
  return `${only.agent.slug} on ${nameOfColumn(only.column)}: ${setting}`;
}
