import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { initialize, initialized } from '../gateway/load/client.ts';
import { createLineReader } from '../gateway/load/lines.ts';
import { median } from '../gateway/report/median.ts';
import type { McpClient } from './mcp-client.ts';

/** What a call to a sleeping server takes, beside what the server takes by itself; medians in ms. */
export interface WakeReport {
  readonly ownMs: number;
  readonly wokenMs: number;
  /** The median over the rounds of woken ÷ own. */
  readonly ratio: number;
}

export interface WakeSubject {
  readonly client: McpClient;
  readonly tool: string;
  /** Milliseconds after which the instance sleeps. */
  readonly idleMs: number;
  readonly isAsleep: () => Promise<boolean>;
  /** The script to run without Plugboard. */
  readonly script: string;
}

const call = { arguments: { path: 'src/orders.ts' } };

export async function measureWake(subject: WakeSubject, rounds: number): Promise<WakeReport> {
  const own: number[] = [];
  const woken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    own.push(await startAndCall(subject.script, subject.tool));
    await sleep(subject.idleMs);
    while (!(await subject.isAsleep())) await sleep(100);
    const { ms } = await subject.client.request('tools/call', { name: subject.tool, ...call });
    woken.push(ms);
  }
  const ratio = median(woken.map((ms, round) => ms / (own[round] ?? Number.NaN)));
  return { ownMs: median(own), wokenMs: median(woken), ratio };
}

/** Spawn → initialize → call → answer, without anything in between. */
async function startAndCall(script: string, tool: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const send = (message: object) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  child.stdout.on(
    'data',
    createLineReader((line) => {
      const { id }: { id?: number } = JSON.parse(line.toString());
      if (id === 1) {
        send(initialized);
        send({ id: 2, method: 'tools/call', params: { name: tool, ...call } });
      } else if (id === 2) {
        resolve();
      }
    }),
  );
  send({ id: 1, ...initialize });
  await answered;
  const ms = performance.now() - startedAt;
  child.stdin.end();
  await exited;
  return ms;
}
