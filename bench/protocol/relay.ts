/**
 * The least that a gateway on this package costs: node:http in front, an upstream behind, nothing
 * decided or recorded. Prints CPU time of the relay alone; client and upstreams are processes of
 * their own. Run with `node bench/protocol/relay.ts`.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import {
  connectStdio,
  connectStreamableHttp,
  idText,
  paramsText,
  parseParams,
  readBody,
  readEnvelope,
  sendJson,
  type Upstream,
  withId,
} from '@plugboard/protocol';
import { Agent } from 'undici';

const calls = 20_000;
const clientInfo = { name: 'bench', version: '1' };
const here = fileURLToPath(new URL('peers.ts', import.meta.url));

async function relay(upstream: Upstream, label: string): Promise<void> {
  const server = createServer((request, response) => {
    void (async () => {
      const message = readEnvelope(await readBody(request, 1_000_000));
      parseParams(message);
      const answer = await upstream.request({
        method: message.method ?? '',
        params: paramsText(message),
        timeoutMs: 60_000,
      });
      sendJson(response, 200, withId(answer, idText(message) ?? 'null'));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  for (const clients of [1, 16, 64]) {
    await load(port, clients, 4000);
    const before = process.cpuUsage();
    const start = performance.now();
    await load(port, clients, calls);
    const { user, system } = process.cpuUsage(before);
    const perSecond = (calls / (performance.now() - start)) * 1000;
    const cpu = (user + system) / calls;
    const memory = process.memoryUsage().rss / 1_048_576;
    console.log(
      `${label.padEnd(12)} ${String(clients).padStart(2)} clients  ${perSecond.toFixed(0).padStart(6)} calls/s  ${cpu.toFixed(0).padStart(4)} µs CPU per call (${(1e6 / cpu).toFixed(0)} per busy core)  ${memory.toFixed(0)} MB`,
    );
  }
  server.closeAllConnections();
  server.close();
}

async function load(port: number | undefined, clients: number, count: number): Promise<void> {
  const client = fork(here, ['load', String(port), String(clients), String(count)]);
  await once(client, 'exit');
}

for (const bytes of ['2000', '50000']) {
  const child = spawn(process.execPath, [here, 'stdio', bytes], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const stdio = await connectStdio({ stdin: child.stdin, stdout: child.stdout, clientInfo });
  await relay(stdio, `stdio ${bytes}`);
  await stdio[Symbol.asyncDispose]();

  const server = fork(here, ['http', bytes]);
  const [port] = await once(server, 'message');
  const dispatcher = new Agent();
  const url = `http://127.0.0.1:${String(port)}/mcp`;
  const http = await connectStreamableHttp({ url, dispatcher, clientInfo });
  await relay(http, `http ${bytes}`);
  await http[Symbol.asyncDispose]();
  await dispatcher.close();
  server.kill();
}
