import type { AccessCell, AccessMatrix } from '@plugboard/contracts/api';

import { type CellView, type Place, viewCell } from '../../access/grant-changes.ts';

export type MatrixAgent = AccessMatrix['agents'][number];
export type MatrixToolbox = AccessMatrix['toolboxes'][number];
export type MatrixInstance = AccessMatrix['instances'][number];

/** A toolbox with all in it, or one of its instances. */
export type MatrixColumn =
  | { readonly scope: 'toolbox'; readonly id: string; readonly toolbox: MatrixToolbox }
  | {
      readonly scope: 'instance';
      readonly id: string;
      readonly toolbox: MatrixToolbox;
      readonly instance: MatrixInstance;
    };

export interface MatrixModel {
  readonly agents: readonly MatrixAgent[];
  /** Each toolbox, followed by its instances. */
  readonly columns: readonly MatrixColumn[];
  /** What is set at a place itself. */
  readonly cellAt: (agentId: string, id: string) => AccessCell | undefined;
  readonly viewAt: (agentId: string, column: MatrixColumn) => CellView;
}

export interface MatrixFilter {
  /** A part of an agent's, an instance's or a server's name. */
  readonly q?: string | undefined;
  /** The slug of a toolbox. */
  readonly toolbox?: string | undefined;
}

/** What is shown of the matrix, in order. */
export function modelOf(matrix: AccessMatrix, { q = '', toolbox }: MatrixFilter): MatrixModel {
  const wanted = q.trim().toLowerCase();
  const has = (...texts: readonly string[]) =>
    texts.some((text) => text.toLowerCase().includes(wanted));
  const matching = matrix.agents.filter(({ slug, name }) => has(slug, name));
  const instances = matrix.instances.filter(({ slug, title, server }) => has(slug, title, server));
  // What is typed names agents or servers: that of which nothing is called so is shown whole.
  const agents = matching.length > 0 ? matching : instances.length > 0 ? matrix.agents : [];
  const shown = instances.length > 0 ? instances : matrix.instances;
  const byToolbox = Map.groupBy(shown, ({ toolboxId }) => toolboxId);
  const isNarrowed = shown.length < matrix.instances.length;
  const columns = matrix.toolboxes
    .filter(({ slug }) => toolbox === undefined || slug === toolbox)
    .flatMap((each): MatrixColumn[] => {
      const inIt = byToolbox.get(each.id) ?? [];
      if (isNarrowed && inIt.length === 0) return [];
      return [
        { scope: 'toolbox', id: each.id, toolbox: each },
        ...inIt.map(
          (instance) => ({ scope: 'instance', id: instance.id, toolbox: each, instance }) as const,
        ),
      ];
    });
  const cells = new Map(matrix.cells.map((cell) => [`${cell.agentId} ${cell.id}`, cell]));
  const cellAt = (agentId: string, id: string) => cells.get(`${agentId} ${id}`);
  return {
    agents,
    columns,
    cellAt,
    viewAt: (agentId, { scope, id, toolbox: { id: toolboxId } }) =>
      scope === 'toolbox'
        ? viewCell(cellAt(agentId, id), undefined)
        : viewCell(cellAt(agentId, id), cellAt(agentId, toolboxId)),
  };
}

/** What a column is called. */
export function nameOfColumn(column: MatrixColumn): string {
  return column.scope === 'toolbox' ? `all of ${column.toolbox.slug}` : column.instance.slug;
}

export function placeOf({ scope, id }: MatrixColumn): Place {
  return { scope, id };
}

/** A cell by its row and column. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

/** The corners of what is chosen: where it began, and where it has come to. */
export interface Selection {
  readonly anchor: Position;
  readonly active: Position;
}

export interface Rectangle {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function rectangleOf({ anchor, active }: Selection): Rectangle {
  return {
    top: Math.min(anchor.row, active.row),
    bottom: Math.max(anchor.row, active.row),
    left: Math.min(anchor.column, active.column),
    right: Math.max(anchor.column, active.column),
  };
}

export interface ChosenCell {
  readonly agent: MatrixAgent;
  readonly column: MatrixColumn;
}

/**
 * The cells of a rectangle. A toolbox counts only where nothing but toolboxes is chosen: who draws over
 * many servers does not mean all that will ever be in there.
 */
export function cellsIn(model: MatrixModel, { top, bottom, left, right }: Rectangle): ChosenCell[] {
  const columns = model.columns.slice(left, right + 1);
  const instances = columns.filter(({ scope }) => scope === 'instance');
  const counted = instances.length > 0 ? instances : columns;
  return model.agents
    .slice(top, bottom + 1)
    .flatMap((agent) => counted.map((column) => ({ agent, column })));
}
