import type { AccessMatrix } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { cellsIn, modelOf, nameOfColumn, rectangleOf } from './matrix-model.ts';

const tools = { read: 1, write: 0, execute: 0, admin: 0 };
const matrix: AccessMatrix = {
  agents: [
    { id: 'a1', slug: 'coder', name: 'Coder' },
    { id: 'a2', slug: 'writer', name: 'Writer' },
  ],
  toolboxes: [
    { id: 't1', slug: 'dev', name: 'Dev', environment: 'dev' },
    { id: 't2', slug: 'ops', name: 'Ops', environment: 'prod' },
  ],
  instances: [
    ['i1', 'files', 't1'],
    ['i2', 'memory', 't1'],
    ['i3', 'deploy', 't2'],
  ].map(([id = '', slug = '', toolboxId = '']) => ({
    id,
    slug,
    server: `io.example/${slug}`,
    title: slug,
    toolboxId,
    tools,
    stopped: false,
  })),
  cells: [{ agentId: 'a1', scope: 'toolbox', id: 't1', level: 'read', denies: 0, exceptions: 0 }],
};

const names = (filter: Parameters<typeof modelOf>[1]) => {
  const model = modelOf(matrix, filter);
  return [model.agents.map(({ slug }) => slug), model.columns.map(nameOfColumn)];
};

describe('the matrix', () => {
  it('has each toolbox before what is in it', () => {
    expect(names({})[1]).toEqual(['all of dev', 'files', 'memory', 'all of ops', 'deploy']);
  });

  it('shows what a toolbox gives as inherited', () => {
    const model = modelOf(matrix, {});
    const view = model.viewAt('a1', model.columns[1]!);
    expect([view.level, view.own, view.inherited]).toEqual(['read', null, 'read']);
    expect(model.viewAt('a1', model.columns[4]!).level).toBeNull();
  });

  it.each([
    [{ q: 'coder' }, ['coder'], 5],
    [{ q: 'deploy' }, ['coder', 'writer'], 2],
    [{ q: 'nothing' }, [], 5],
    [{ toolbox: 'ops' }, ['coder', 'writer'], 2],
  ])('is narrowed by %j', (filter, agents, columns) => {
    const [shownAgents, shownColumns] = names(filter);
    expect([shownAgents, shownColumns?.length]).toEqual([agents, columns]);
  });

  it('never takes a toolbox for its servers when both are drawn over', () => {
    const model = modelOf(matrix, {});
    const chosen = (left: number, right: number) =>
      cellsIn(
        model,
        rectangleOf({ anchor: { row: 1, column: left }, active: { row: 0, column: right } }),
      ).map(({ agent, column }) => `${agent.slug} ${nameOfColumn(column)}`);
    expect(chosen(0, 1)).toEqual(['coder files', 'writer files']);
    expect(chosen(0, 0)).toEqual(['coder all of dev', 'writer all of dev']);
  });
});
