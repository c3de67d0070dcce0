import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { clientCells, clientScenarios, runClientCell } from './driver/client-matrix.ts';
import { expectedAsClient, expectedOnServer } from './driver/expected.ts';
import { surprises, verdictsOf } from './driver/judge.ts';
import { type Column, renderReport } from './driver/report.ts';
import { cells, prepareToolbox, runCell, serverScenarios } from './driver/server-matrix.ts';

let token = '';
const fixture = plugboardForFile({}, async ({ plugboard }) => {
  token = await prepareToolbox(plugboard);
});

/** In the order of the page, whichever is ready first. */
const servers: Column[] = [];
const clients: Column[] = [];

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

describe('the official suite as a server behind Plugboard', () => {
  it.concurrent.each(clientCells)('finds a client of $revision for a $era agent', async (cell) => {
    const { revision, era } = cell;
    const results = await runClientCell(fixture.plugboard, token, cell);
    const verdicts = verdictsOf(clientScenarios[revision], results);
    clients[clientCells.indexOf(cell)] = { revision, name: era, verdicts };
    expect(surprises(verdicts, expectedAsClient(revision, era), results)).toEqual([]);
  });
});

describe('docs/conformance.md', () => {
  it('says what the suite found', async () => {
    expect([servers.length, clients.length]).toEqual([cells.length, clientCells.length]);
    const scored = {
      '2025-11-25': (await serverScenarios('2025-11-25')).scored,
      '2026-07-28': (await serverScenarios('2026-07-28')).scored,
    };
    const report = renderReport({ servers, clients, scored });
    await expect(report).toMatchFileSnapshot('../../docs/conformance.md');
  });
});
