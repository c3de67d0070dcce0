// What a connection costs a call: a token at hand, a request's headers with one against fixed ones, and
// whole calls to a real server over HTTP in turn, with each, in pairs of windows; the median of the pairs'
// ratios counts, since what else the machine does meets both of a pair alike.
// Usage: ./plugboard --run bench/refresh/main.ts

import { join } from 'node:path';

import { connectStreamableHttp } from '@plugboard/protocol';
import { Secret } from '@plugboard/vault';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import { Agent } from 'undici';

import { RefreshEngine } from '../../apps/server/src/features/connections/refresh/refresh-engine.ts';
import { createUpstreamAuthorization } from '../../apps/server/src/features/connections/refresh/upstream-authorization.ts';
import type { Database } from '../../apps/server/src/store/schema.ts';
import { describeMachine } from '../gateway/measure/machine.ts';
import { startScript } from '../gateway/measure/script.ts';

const ref = {
  organizationId: '01990000-0000-7000-8000-000000000001',
  connectionId: '01990000-0000-7000-8000-000000000002',
};
const request = { method: 'POST', url: 'https://mcp.example.test/mcp' };
const rounds = 2_000_000;

/** A database with one connection in it, whose token lives for an hour. */
class OneRow extends DummyDriver {
  override async acquireConnection() {
    const rows = [
      {
        owner_kind: 'organization',
        member_id: null,
        agent_id: null,
        state: 'connected',
        version: 1,
        expires_in: 3_600_000,
        renew_in: 3_000_000,
        scopes: [],
        server: {},
      },
    ];
    return {
      // oxlint-disable-next-line typescript/no-explicit-any -- the one query that reads it knows
      executeQuery: async (): Promise<{ rows: any[] }> => ({ rows }),
      async *streamQuery() {},
    };
  }
}

const db = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new OneRow(),
    createIntrospector: (of) => new PostgresIntrospector(of),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
const opened = { kind: 'oauth', version: 1, fields: { access_token: new Secret('a'.repeat(43)) } };
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of all services the warm path uses the clock
const engine = new RefreshEngine({
  db,
  vault: { open: async () => opened },
  clock: Date.now,
  random: () => 0.5,
  databaseNow: () => sql`clock_timestamp()`,
  onChange: () => () => true,
} as unknown as ConstructorParameters<typeof RefreshEngine>[0]);

const purpose = { for: 'start' } as const;
await engine.get(ref, purpose);
const authorization = createUpstreamAuthorization(
  { accessTokens: engine, clock: Date.now },
  ref,
  purpose,
);
const fixed = { authorization: `Bearer ${'a'.repeat(43)}` };
const own = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

let sink = 0;
function measure(work: () => unknown): number {
  const samples: number[] = [];
  for (let sample = 0; sample < 7; sample += 1) {
    const began = process.hrtime.bigint();
    for (let round = 0; round < rounds; round += 1) if (work() instanceof Promise) sink += 1;
    samples.push(Number(process.hrtime.bigint() - began) / rounds);
  }
  return samples.toSorted((one, other) => one - other)[3]!;
}

const get = measure(() => engine.get(ref, purpose));
const headers = measure(() => {
  const given = authorization.headers(request);
  return given instanceof Promise ? given : { ...own, ...given };
});
const plain = measure(() => ({ ...own, ...fixed }));

const callsInWindow = 2000;
const pairs = 15;
const callRounds = 3;
const call = { method: 'tools/call', params: Buffer.from('{"name":"echo_2k","arguments":{}}') };

/** Microseconds of one call, of many one after the other. */
async function window(upstream: { request(of: typeof call): Promise<unknown> }): Promise<number> {
  const began = process.hrtime.bigint();
  for (let count = 0; count < callsInWindow; count += 1) await upstream.request(call);
  return Number(process.hrtime.bigint() - began) / callsInWindow / 1000;
}

async function measureCalls(): Promise<string[]> {
  const script = join(import.meta.dirname, '../gateway/upstreams/http.ts');
  await using server = await startScript(script, []);
  await using stack = new AsyncDisposableStack();
  const dispatcher = stack.adopt(new Agent(), (agent) => agent.close());
  const common = {
    url: new URL(`http://127.0.0.1:${server.firstLine}/mcp`),
    clientInfo: { name: 'bench', version: '0' },
    dispatcher,
    listen: false,
  };
  await using authorized = await connectStreamableHttp({ ...common, authorization });
  await using plainly = await connectStreamableHttp({ ...common, headers: fixed });
  for (const upstream of [authorized, plainly]) {
    const { kind } = await upstream.request(call);
    if (kind === 'error') throw new Error('the server answered a call with an error');
    await window(upstream);
  }
  const lines: string[] = [];
  for (let round = 0; round < callRounds; round += 1) {
    const taken: { ratio: number; with: number; without: number }[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const isFirst = pair % 2 === 0;
      const one = await window(isFirst ? authorized : plainly);
      const other = await window(isFirst ? plainly : authorized);
      const [given, without] = isFirst ? [one, other] : [other, one];
      taken.push({ ratio: given / without, with: given, without });
    }
    const median = taken.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(pairs / 2)]!;
    lines.push(
      `call, connection against fixed       ${median.ratio.toFixed(3)} (${median.with.toFixed(0)} against ${median.without.toFixed(0)} µs)`,
    );
  }
  return lines;
}

const calls = await measureCalls();
process.stdout.write(
  `${JSON.stringify(describeMachine())}
get, warm                            ${get.toFixed(0)} ns
headers of a request, connection     ${headers.toFixed(0)} ns
headers of a request, fixed          ${plain.toFixed(0)} ns
ratio of the two                     ${(headers / plain).toFixed(2)}
promises among them                  ${sink}
${calls.join('\n')}
`,
);
await engine[Symbol.asyncDispose]();
