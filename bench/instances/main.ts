// What many servers behind one Plugboard cost: waking one that sleeps, and fifty with 500 tools.
// Usage: npm run bench:instances -- [--instances 50] [--rounds 9]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { describeMachine } from '../gateway/measure/machine.ts';
import { startPlugboard } from '../gateway/plugboard/plugboard-process.ts';
import { publishStdioServer } from '../gateway/plugboard/publish.ts';
import { packStdioServer } from '../gateway/upstreams/package.ts';
import { callAll, type Memory, measureLists, measureMemory } from './fifty.ts';
import { McpClient } from './mcp-client.ts';
import { measureWake } from './wake.ts';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '9' },
  },
});
await main(Number(values.instances), Number(values.rounds));

async function main(count: number, rounds: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(1)));
  }
  const workspace = await mkdtemp(join(tmpdir(), 'plugboard-bench-'));
  stack.defer(() => rm(workspace, { recursive: true, force: true }));
  const script = join(workspace, await packStdioServer(workspace));
  const { registry, packageName } = await publishStdioServer(workspace);
  stack.use(registry);
  const dataDir = join(workspace, 'plugboard');
  const slugs = Array.from({ length: count }, (_, n) => `server-${n + 1}`);
  const idleMs = 1_000;

  let token: string;
  {
    await using plugboard = await startPlugboard(dataDir, registry.url);
    await sleep(2_000);
    tell('idle, no servers', memoryText(measureMemory(plugboard.pid)));
    token = await plugboard.api.createAgent('bench');

    await plugboard.api.addInstance({ server: packageName, slug: 'sleeper', idleMs });
    using client = await McpClient.open(`${plugboard.url}/mcp/starter/sleeper`, token);
    const isAsleep = async () => (await plugboard.api.stateOf('sleeper')) === 'sleeping';
    const subject = { client, tool: 'echo_2k', idleMs, isAsleep, script };
    const wake = await measureWake(subject, rounds);
    const { ownMs, wokenMs, ratio } = wake;
    tell(
      'a call to a sleeping server',
      `${wokenMs.toFixed(0)} ms; by itself it takes ${ownMs.toFixed(0)} ms; ${ratio.toFixed(2)} times`,
    );

    const addedAt = performance.now();
    for (const slug of slugs) {
      await plugboard.api.addInstance({ server: packageName, slug, args: ['10'] });
    }
    const each = (performance.now() - addedAt) / count;
    tell(`adding ${count} instances`, `${each.toFixed(0)} ms each, one after another`);
  }

  await using plugboard = await startPlugboard(dataDir, registry.url);
  const { url, pid } = plugboard;
  const fleet = { url, pid, token, slugs };
  tell('after a restart, all stopped', memoryText(measureMemory(pid)));
  const list = await measureLists(fleet);
  tell(
    'tools/list, all stopped',
    `${list.tools} tools, ${(list.bytes / 1e3).toFixed(0)} KB: first ${list.firstMs.toFixed(1)} ms, then p50 ${list.p50Ms.toFixed(2)} ms as a client sees it, ${list.cpuMicros.toFixed(0)} µs of Plugboard's process`,
  );
  for (const what of ['one call each, all stopped', 'one call each, all running'] as const) {
    const { allMs, p50Ms, maxMs } = await callAll(fleet);
    tell(
      what,
      `all answered after ${allMs.toFixed(0)} ms; p50 ${p50Ms.toFixed(1)} ms, slowest ${maxMs.toFixed(1)} ms`,
    );
  }
  await sleep(2_000);
  tell(`${count} servers running`, memoryText(measureMemory(pid)));
  const { cpu, cores, kernel, node } = describeMachine();
  console.log(`${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}`);
}

function tell(what: string, result: string): void {
  console.log(`${what}: ${result}`);
}

function memoryText({ plugboardMb, postgresMb, serversMb }: Memory): string {
  const mb = (value: number) => `${value.toFixed(0)} MB`;
  return `Plugboard ${mb(plugboardMb)}, PostgreSQL ${mb(postgresMb)}, servers ${mb(serversMb)}`;
}
