import { type Level, levelCovers, levels } from '@plugboard/contracts';
import type { AccessCell, AccessMatrix, GrantChange } from '@plugboard/contracts/api';

/** A toolbox with all in it, or one instance. */
export interface Place {
  readonly scope: 'toolbox' | 'instance';
  readonly id: string;
}

/** What is set at a place: a level or none, or that nothing of it may be used whatever else allows it. */
export type Setting = Level | 'none' | 'forbidden';

/** What one request may change. */
export const mostChanges = 1000;

/** What it takes to have this, and nothing else, at a place. */
export function changesFor(
  agentId: string,
  place: Place,
  setting: Setting,
  now: AccessCell | undefined,
  expiresAt?: string,
): GrantChange[] {
  const about = { agent: agentId, target: targetOf(place) };
  if (setting === 'forbidden') {
    return [
      { ...about, level: 'read', effect: 'deny', ...(expiresAt !== undefined && { expiresAt }) },
      ...(now?.level ? [{ ...about, level: null }] : []),
    ];
  }
  const level = setting === 'none' ? null : setting;
  return [
    { ...about, level, ...(level !== null && expiresAt !== undefined && { expiresAt }) },
    ...(now !== undefined && now.denies > 0
      ? [{ ...about, level: null, effect: 'deny' as const }]
      : []),
  ];
}

function targetOf({ scope, id }: Place): GrantChange['target'] {
  return scope === 'toolbox' ? { scope, toolbox: id } : { scope, instance: id };
}

/** What an agent may do at a place, and by what. */
export interface CellView {
  /** Up to which level; null for nothing. */
  readonly level: Level | null;
  /** The level set at this place itself. */
  readonly own: Level | null;
  /** The level that its toolbox gives. */
  readonly inherited: Level | null;
  /** What needs this or more is forbidden, whatever allows it. */
  readonly forbiddenFrom: Level | undefined;
  /** Grants on single tools. */
  readonly exceptions: number;
  readonly expiresAt: string | undefined;
}

/** Takes what is set at an instance and at its toolbox together, as the server decides. */
export function viewCell(own: AccessCell | undefined, toolbox: AccessCell | undefined): CellView {
  const granted = highest(own?.level ?? null, toolbox?.level ?? null);
  const forbiddenFrom = lowest(own?.denyLevel, toolbox?.denyLevel);
  return {
    level: below(granted, forbiddenFrom),
    own: own?.level ?? null,
    inherited: toolbox?.level ?? null,
    forbiddenFrom,
    exceptions: own?.exceptions ?? 0,
    expiresAt: own?.expiresAt,
  };
}

/** The matrix as it will be. Grants on single tools are not counted anew. */
export function withChanges(matrix: AccessMatrix, changes: readonly GrantChange[]): AccessMatrix {
  const cells = new Map(matrix.cells.map((cell) => [`${cell.agentId} ${cell.id}`, cell]));
  for (const { agent, target, level, effect = 'allow', expiresAt } of changes) {
    if (target.scope === 'offering') continue;
    const id = target.scope === 'toolbox' ? target.toolbox : target.instance;
    const key = `${agent} ${id}`;
    const before = cells.get(key) ?? {
      agentId: agent,
      scope: target.scope,
      id,
      level: null,
      denies: 0,
      exceptions: 0,
    };
    const { expiresAt: _ended, denyLevel, ...rest } = before;
    const { denyLevel: _denied, ...allowed } = before;
    const after: AccessCell =
      effect === 'allow'
        ? {
            ...rest,
            level,
            ...(denyLevel !== undefined && { denyLevel }),
            ...(expiresAt !== undefined && { expiresAt }),
          }
        : level === null
          ? { ...allowed, denies: 0 }
          : { ...allowed, denies: 1, denyLevel: level };
    cells.set(key, after);
  }
  return { ...matrix, cells: [...cells.values()] };
}

function highest(a: Level | null, b: Level | null): Level | null {
  if (a === null || b === null) return a ?? b;
  return levelCovers(a, b) ? a : b;
}

function lowest(a: Level | undefined, b: Level | undefined): Level | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return levelCovers(a, b) ? b : a;
}

function below(level: Level | null, forbiddenFrom: Level | undefined): Level | null {
  if (level === null || forbiddenFrom === undefined || !levelCovers(level, forbiddenFrom)) {
    return level;
  }
  return levels[levels.indexOf(forbiddenFrom) - 1] ?? null;
}
