import type { Contestant } from '../contestants/contestant.ts';
import type { LoadResult } from '../load/job.ts';
import type { LoadProcess } from '../load/load-process.ts';
import type { Answer, Options, Transport } from '../options.ts';
import { residentBytes } from './process-table.ts';
import { type CpuUse, type Role, roles, startCpuMeter } from './roles.ts';

/** One square of the matrix. */
export interface Cell {
  readonly transport: Transport;
  readonly answer: Answer;
  readonly clients: number;
}

/** One contestant's timed window. */
export interface Window extends LoadResult {
  readonly cpuMicrosPerCall: Readonly<Record<Role, number>>;
  /** Share of the machine (0–1) used by programs that are not part of the benchmark. */
  readonly strangers: number;
  /** Resident memory of the gateway when the window closed; 0 when there is none. */
  readonly gatewayBytes: number;
  /** With one client: what a commit took by itself just before, in ms. */
  readonly commitMs?: number;
}

const tools = { '2k': 'echo_2k', '50k': 'echo_50k', write: 'write_2k' } as const;

/**
 * Loads one contestant, unmeasured, until its code is compiled: a Node program's CPU time per call
 * halves over its first tens of thousands of calls.
 */
export async function heat(
  contestant: Contestant,
  transport: Transport,
  load: LoadProcess,
  options: Options,
): Promise<void> {
  await load.run(
    {
      target: contestant.target(transport),
      tool: 'echo_2k',
      expect: 'echo_2k',
      clients: 16,
      warmupMs: 0,
      windowMs: options.heatMs,
    },
    () => undefined,
  );
}

const mostAttempts = 5;

/**
 * Puts one contestant under load and measures, again while strangers used more of the machine than
 * the options allow. What decides is the strangers' CPU time alone, never the result.
 */
export async function measureQuietWindow(
  ...args: Parameters<typeof measureWindow>
): Promise<Window> {
  const [contestant, { clients }] = args;
  const commitMs = clients === 1 ? await contestant.commitMs?.() : undefined;
  let window = await measureWindow(...args);
  for (let n = 1; n < mostAttempts && window.strangers > args[4].quiet; n++) {
    window = await measureWindow(...args);
  }
  return { ...window, ...(commitMs !== undefined && { commitMs }) };
}

async function measureWindow(
  contestant: Contestant,
  cell: Cell,
  load: LoadProcess,
  upstreamPid: number,
  options: Options,
): Promise<Window> {
  const tool = tools[cell.answer];
  const gateway = contestant.pid(cell.transport);
  let stopMeter: (() => CpuUse) | undefined;
  let cpu: CpuUse | undefined;
  let gatewayBytes = 0;
  const result = await load.run(
    {
      target: contestant.target(cell.transport),
      tool,
      expect: tool,
      clients: cell.clients,
      warmupMs: options.warmupMs,
      windowMs: options.windowMs,
    },
    (open) => {
      if (open) {
        stopMeter = startCpuMeter({ gateway, load: load.pid, upstream: upstreamPid });
      } else {
        cpu = stopMeter?.();
        gatewayBytes = gateway === undefined ? 0 : residentBytes(gateway);
      }
    },
  );
  if (!cpu) throw new Error('the load generator told of no window');
  const { ms, strangers } = cpu;
  const calls = Math.max(1, result.calls);
  const cpuMicrosPerCall = { gateway: 0, postgres: 0, upstream: 0, load: 0 };
  for (const role of roles) cpuMicrosPerCall[role] = (ms[role] * 1_000) / calls;
  return { ...result, cpuMicrosPerCall, strangers, gatewayBytes };
}
