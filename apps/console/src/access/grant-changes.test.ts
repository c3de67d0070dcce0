import type { AccessCell, AccessMatrix } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { changesFor, viewCell, withChanges } from './grant-changes.ts';

const cell = (more: Partial<AccessCell> = {}): AccessCell => ({
  agentId: 'a',
  scope: 'instance',
  id: 'i',
  level: null,
  denies: 0,
  exceptions: 0,
  ...more,
});

describe('what a cell shows', () => {
  it.each([
    [undefined, undefined, null],
    [cell({ level: 'read' }), undefined, 'read'],
    [undefined, cell({ level: 'write' }), 'write'],
    [cell({ level: 'read' }), cell({ level: 'write' }), 'write'],
    [cell({ level: 'admin' }), cell({ level: 'write' }), 'admin'],
    [cell({ level: 'admin', denies: 1, denyLevel: 'execute' }), undefined, 'write'],
    [cell({ level: 'admin' }), cell({ denies: 1, denyLevel: 'read' }), null],
    [cell({ level: 'read', denies: 1, denyLevel: 'admin' }), undefined, 'read'],
  ])('takes the instance and its toolbox together (%#)', (own, toolbox, level) => {
    expect(viewCell(own, toolbox).level).toBe(level);
  });
});

describe('what it takes to set a cell', () => {
  const place = { scope: 'instance', id: 'i' } as const;

  it('is one change where nothing was', () => {
    expect(changesFor('a', place, 'write', undefined)).toEqual([
      { agent: 'a', target: { scope: 'instance', instance: 'i' }, level: 'write' },
    ]);
  });

  it('takes a deny away with it, which would beat the level', () => {
    const changes = changesFor('a', place, 'write', cell({ denies: 1, denyLevel: 'read' }));
    expect(changes.map(({ effect, level }) => [effect, level])).toEqual([
      [undefined, 'write'],
      ['deny', null],
    ]);
  });

  it('takes the level away from what is forbidden', () => {
    const changes = changesFor('a', place, 'forbidden', cell({ level: 'admin' }));
    expect(changes.map(({ effect, level }) => [effect, level])).toEqual([
      ['deny', 'read'],
      [undefined, null],
    ]);
  });

  it.each(['none', 'read', 'admin', 'forbidden'] as const)('shows %s at once', (setting) => {
    const matrix: AccessMatrix = {
      agents: [],
      toolboxes: [],
      instances: [],
      cells: [cell({ level: 'execute', denies: 1, denyLevel: 'write', expiresAt: '2030-01-01' })],
    };
    const changes = changesFor('a', place, setting, matrix.cells[0]);
    const [after] = withChanges(matrix, changes).cells;
    const { level, forbiddenFrom, expiresAt } = viewCell(after, undefined);
    expect(expiresAt).toBeUndefined();
    expect(level).toBe(setting === 'none' || setting === 'forbidden' ? null : setting);
    expect(forbiddenFrom).toBe(setting === 'forbidden' ? 'read' : undefined);
    expect(matrix.cells[0]?.level).toBe('execute');
  });
});
