import { proportionalBytes } from '../gateway/measure/process-table.ts';
import { pidsByRole, startCpuMeter } from '../gateway/measure/roles.ts';
import { median } from '../gateway/report/median.ts';
import { McpClient } from './mcp-client.ts';

export interface Fleet {
  readonly url: string;
  readonly pid: number;
  readonly token: string;
  /** Slugs of the instances; each has ten tools. */
  readonly slugs: readonly string[];
}

export interface Lists {
  /** The first list after a start of Plugboard, with all servers stopped. */
  readonly firstMs: number;
  readonly p50Ms: number;
  /** CPU time of Plugboard's process for one list. */
  readonly cpuMicros: number;
  readonly tools: number;
  readonly bytes: number;
}

const lists = 2_000;
/** No process has it, as a number or as a parent. */
const none = -1;

export async function measureLists(fleet: Fleet): Promise<Lists> {
  using client = await McpClient.open(`${fleet.url}/mcp`, fleet.token);
  const first = await client.request('tools/list');
  const parsed: { result: { tools: unknown[] } } = JSON.parse(first.text);
  for (let n = 0; n < lists; n++) await client.request('tools/list');
  const stopMeter = startCpuMeter({ gateway: fleet.pid, load: process.pid, upstream: none });
  const times: number[] = [];
  for (let n = 0; n < lists; n++) times.push((await client.request('tools/list')).ms);
  const { ms } = stopMeter();
  return {
    firstMs: first.ms,
    p50Ms: median(times),
    cpuMicros: (ms.gateway * 1_000) / lists,
    tools: parsed.result.tools.length,
    bytes: first.text.length,
  };
}

export interface Calls {
  /** Until every instance had answered one call. */
  readonly allMs: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** Calls one tool of every instance at once, each over a session of its own. */
export async function callAll(fleet: Fleet): Promise<Calls> {
  const clients: McpClient[] = [];
  for (const _ of fleet.slugs) clients.push(await McpClient.open(`${fleet.url}/mcp`, fleet.token));
  const startedAt = performance.now();
  const times = await Promise.all(
    clients.map(async (client, n) => {
      const name = `${fleet.slugs[n]}__echo_2k`;
      const { ms } = await client.request('tools/call', { name, arguments: { path: 'a' } });
      return ms;
    }),
  );
  const allMs = performance.now() - startedAt;
  for (const client of clients) client[Symbol.dispose]();
  return { allMs, p50Ms: median(times), maxMs: Math.max(...times) };
}

export interface Memory {
  readonly plugboardMb: number;
  readonly postgresMb: number;
  readonly serversMb: number;
}

/** Memory with shared pages divided among those who share them. */
export function measureMemory(pid: number): Memory {
  const pids = pidsByRole({ gateway: pid, load: none, upstream: none });
  const sum = (all: readonly number[]) =>
    all.reduce((bytes, each) => bytes + proportionalBytes(each), 0) / 1e6;
  return {
    plugboardMb: sum(pids.gateway),
    postgresMb: sum(pids.postgres),
    serversMb: sum(pids.upstream),
  };
}
