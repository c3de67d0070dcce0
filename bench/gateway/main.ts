// How much Plugboard's gateway costs: the same load, over the same upstreams, by different ways.
// `node bench/gateway/main.ts --help` tells the flags; docs/performance.md the method.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Contestant, Upstreams } from './contestants/contestant.ts';
import { startContestant } from './contestants/start.ts';
import { LoadProcess } from './load/load-process.ts';
import { describeMachine } from './measure/machine.ts';
import { startScript } from './measure/script.ts';
import { type Cell, heat, measureQuietWindow } from './measure/window.ts';
import { type Options, readOptions, usage } from './options.ts';
import { type CellReport, formatCommits, formatNoise, formatReport } from './report/report.ts';
import { packStdioServer } from './upstreams/package.ts';

if (process.argv.includes('--help')) console.log(usage);
else await main(readOptions(process.argv.slice(2)));

async function main(options: Options): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const workspace = await mkdtemp(join(tmpdir(), 'plugboard-bench-'));
  stack.defer(() => rm(workspace, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(1)));
  }
  const script = join(import.meta.dirname, 'upstreams/http.ts');
  const http = stack.use(await startScript(script, []));
  const modern = stack.use(await startScript(script, ['--modern']));
  const upstreams: Upstreams = {
    httpUrl: `http://127.0.0.1:${http.firstLine}/mcp`,
    modernUrl: `http://127.0.0.1:${modern.firstLine}/mcp`,
    stdioDirectory: workspace,
    stdioEntry: await packStdioServer(workspace),
  };
  const contestants: Contestant[] = [];
  for (const name of options.contestants) {
    contestants.push(stack.use(await startContestant(name, upstreams)));
  }
  const load = stack.use(new LoadProcess());

  for (const contestant of contestants) {
    for (const transport of options.transports) await heat(contestant, transport, load, options);
  }

  const cells: CellReport[] = [];
  for (const cell of cellsOf(options)) {
    const report: CellReport = { cell, windows: {} };
    cells.push(report);
    for (let round = 0; round < options.rounds; round++) {
      for (const contestant of inTurn(contestants, round)) {
        const upstream = cell.transport === 'modern' ? modern : http;
        const window = await measureQuietWindow(contestant, cell, load, upstream.pid, options);
        (report.windows[contestant.name] ??= []).push(window);
        for (const error of window.firstErrors) console.error(`${contestant.name}: ${error}`);
      }
    }
    console.error(`done: ${cell.transport} ${cell.answer}, ${cell.clients} clients`);
  }

  const machine = describeMachine();
  console.log(
    `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`,
  );
  console.log(`\n${formatReport(cells)}\n\n${formatCommits(cells)}\n\n${formatNoise(cells)}`);
  if (options.json) await writeFile(options.json, JSON.stringify({ machine, options, cells }));
}

function* cellsOf(options: Options): Generator<Cell> {
  for (const transport of options.transports) {
    for (const answer of options.answers) {
      for (const clients of options.clientCounts) yield { transport, answer, clients };
    }
  }
}

/** The contestants in an order that changes with the round, so that none profits from its place. */
function inTurn(contestants: readonly Contestant[], round: number): Contestant[] {
  const first = round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}
