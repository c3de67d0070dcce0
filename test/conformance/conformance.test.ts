import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { cimd } from './auth/scenarios.ts';
import {
  type AuthBench,
  authCells,
  authScenarios,
  prepareAuth,
  runAuthScenario,
} from './driver/auth-matrix.ts';
import { runAuthorization } from './driver/authorization-run.ts';
import { clientCells, clientScenarios, runClientCell } from './driver/client-matrix.ts';
import { expectedAsClient, expectedOfAuth, expectedOnServer } from './driver/expected.ts';
import { surprises, type Verdict, verdictsOf } from './driver/judge.ts';
import { type Column, renderReport } from './driver/report.ts';
import { cells, runCell, serverScenarios } from './driver/server-matrix.ts';
import type { ScenarioResult } from './driver/suite.ts';

let token = '';
let usual: AuthBench;
const fixture = plugboardForFile({}, async ({ plugboard }) => {
  usual = await prepareAuth(plugboard);
  token = usual.token;
});
let named: AuthBench;
plugboardForFile({ baseUrl: cimd.base }, async ({ plugboard }) => {
  named = await prepareAuth(plugboard, cimd.base);
});

/** In the order of the page, whichever is ready first. */
const servers: Column[] = [];
const clients: Column[] = [];
const auth: Column[] = [];
let authorization: ReadonlyMap<string, Verdict> = new Map();

describe('the official suite as a client of Plugboard', () => {
  it.concurrent.each(cells)('finds $revision through it on a $form server', async (cell) => {
    const { revision, form } = cell;
    const { scored, reported } = await serverScenarios(revision);
    const { results } = await runCell(fixture.plugboard, token, cell);
    const verdicts = verdictsOf([...scored, ...reported], results);
    servers[cells.indexOf(cell)] = { revision, name: form, verdicts };
    expect(surprises(verdicts, expectedOnServer(revision, form), results)).toEqual([]);
  });
});

describe('the official suite as a client of the authorization server', () => {
  it.concurrent('finds its metadata right, and a code for a person’s yes', async () => {
    const results = await runAuthorization(fixture.plugboard, usual.cookies);
    authorization = verdictsOf([...results.keys()].toSorted(), results);
    expect(surprises(authorization, [], results)).toEqual([]);
  });
});

describe('the official suite as a server behind Plugboard', () => {
  it.concurrent.each(clientCells)('finds a client of $revision for a $era agent', async (cell) => {
    const { revision, era } = cell;
    const results = await runClientCell(fixture.plugboard, token, cell);
    const verdicts = verdictsOf(clientScenarios[revision], results);
    clients[clientCells.indexOf(cell)] = { revision, name: era, verdicts };
    expect(surprises(verdicts, expectedAsClient(revision, era), results)).toEqual([]);
  });
});

describe('the official suite as a server that wants authorization', () => {
  it.concurrent.each(authCells)('finds a client of $revision', async (cell) => {
    const scenarios = await authScenarios(cell.revision);
    const results = new Map<string, ScenarioResult>();
    for (const scenario of scenarios) {
      const result = await runAuthScenario(scenario, cell, { usual, cimd: named });
      if (result) results.set(scenario, result);
    }
    const verdicts = verdictsOf(scenarios, results);
    auth[authCells.indexOf(cell)] = { revision: cell.revision, name: cell.era, verdicts };
    expect(surprises(verdicts, expectedOfAuth(cell.revision), results)).toEqual([]);
  });
});

describe('docs/conformance.md', () => {
  it('says what the suite found', async () => {
    expect([servers.length, clients.length, auth.length]).toEqual([
      cells.length,
      clientCells.length,
      authCells.length,
    ]);
    expect(authorization.size).toBeGreaterThan(0);
    const scored = {
      '2025-11-25': (await serverScenarios('2025-11-25')).scored,
      '2026-07-28': (await serverScenarios('2026-07-28')).scored,
    };
    const report = renderReport({ servers, clients, auth, authorization, scored });
    await expect(report).toMatchFileSnapshot('../../docs/conformance.md');
  });
});
