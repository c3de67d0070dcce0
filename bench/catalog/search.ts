// How quick search is over 20,000 servers, in the database and around it but without HTTP.
// Beside the time that passed it tells the processor time that PostgreSQL's process took, which other
// work on the machine does not lengthen.
// Usage: npm run bench:search -- [--entries 20000] [--rounds 40] [--database embedded|external]

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { parseQuery } from '@plugboard/catalog';
import { sql } from 'kysely';

import { indexServers } from '../../apps/server/src/features/catalog/search/index-servers.ts';
import { searchServers } from '../../apps/server/src/features/catalog/search/search-servers.ts';
import { searchTools } from '../../apps/server/src/features/catalog/search/search-tools.ts';
import {
  buildSource,
  storeEntries,
} from '../../apps/server/src/features/catalog/search/testing/build-catalog.ts';
import { withTenant } from '../../apps/server/src/store/tenant.ts';
import { describeMachine } from '../gateway/measure/machine.ts';
import { type BenchDatabase, openDatabase } from './database.ts';
import { createRandom, makeEntries } from './made-entries.ts';
import { readRealSources } from './real-entries.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '40' },
    database: { type: 'string', default: 'embedded' },
  },
});

/** A kind of query: one more text each time, and how many pages of its answer are turned. */
interface Kind {
  readonly next: () => string;
  readonly pages?: number;
}

await main(Number(values.entries), Number(values.rounds));

async function main(count: number, rounds: number): Promise<void> {
  const sources = await readRealSources();
  if (!sources)
    throw new Error('the real data sets are absent: name their folder in PLUGBOARD_TEST_DATA');
  const real = sources.flatMap(({ entries }) => entries);
  const entries = makeEntries(real, count);
  await using database = await openDatabase(
    values.database === 'external' ? 'external' : 'embedded',
  );
  const indexAllAgain = await fill(database, entries);
  await database.vacuum();
  await tellSizes(database);
  const random = createRandom(7);
  const everyTime: Times = { passed: [], cpu: [] };
  for (const [name, kind] of Object.entries(
    kinds(
      entries.map(({ server }) => server),
      random,
    ),
  )) {
    const times = await measure(database, kind, rounds);
    everyTime.passed.push(...times.passed);
    everyTime.cpu.push(...times.cpu);
    tell(name, times);
  }
  tell('all kinds', everyTime);
  tell('tools: questions', await measureTools(database, rounds, random));
  await indexAllAgain();
  const { cpu, cores, kernel, node } = describeMachine();
  console.log(`${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}`);
}

async function fill(
  { db, organizationId }: BenchDatabase,
  entries: ReturnType<typeof makeEntries>,
) {
  const source = await buildSource(db, organizationId, { slug: 'made', kind: 'registry' });
  const startedAt = performance.now();
  await storeEntries(db, organizationId, source, entries);
  const first = performance.now() - startedAt;
  const names = entries.map(({ server }) => server.name);
  const index = async () => {
    const startedAt = performance.now();
    for (let at = 0; at < names.length; at += 500) {
      await withTenant(db, organizationId, (tx) =>
        indexServers(tx, organizationId, names.slice(at, at + 500)),
      );
    }
    return performance.now() - startedAt;
  };
  const again = await index();
  const perThousand = (ms: number) => `${((ms / names.length) * 1000).toFixed(0)} ms per 1,000`;
  console.log(`stored and indexed: ${(first / 1000).toFixed(1)} s, ${perThousand(first)}`);
  console.log(`indexed again, nothing changed: ${perThousand(again)}`);
  return async () => {
    await withTenant(db, organizationId, (tx) =>
      sql`update catalog_server_texts set digest = ''`.execute(tx),
    );
    console.log(`indexed again, all changed: ${perThousand(await index())}`);
  };
}

async function tellSizes({ db, organizationId }: BenchDatabase): Promise<void> {
  const tables = ['servers', 'server_texts', 'tools', 'postings', 'words'].map(
    (t) => `catalog_${t}`,
  );
  for (const table of tables) {
    const { rows } = await withTenant(db, organizationId, (tx) =>
      sql<{ count: number; bytes: number; indexes: number }>`
        select (select count(*) from ${sql.table(table)}) as count,
          pg_table_size(${table}) as bytes, pg_indexes_size(${table}::regclass) as indexes`.execute(
        tx,
      ),
    );
    const { count = 0, bytes = 0, indexes = 0 } = rows[0] ?? {};
    const mb = (value: number) => (value / 2 ** 20).toFixed(1);
    console.log(`${table}: ${count} rows, ${mb(bytes)} MB and ${mb(indexes)} MB of indexes`);
  }
}

function kinds(
  servers: readonly { readonly name: string; readonly description: string }[],
  random: () => number,
): Record<string, Kind> {
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(random() * list.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  };
  const word = () =>
    pick(
      `${pick(servers).description} data`.split(/[^A-Za-z]+/).filter(({ length }) => length > 3),
    );
  const misspelt = () => {
    const right = [
      'kubernetes',
      'postgres',
      'calendar',
      'terraform',
      'database',
      'playwright',
      'message',
      'repository',
    ];
    const chosen = pick(right);
    const at = 1 + Math.floor(random() * (chosen.length - 2));
    return chosen.slice(0, at) + chosen.slice(at + 1);
  };
  const common = ['data', 'api', 'search', 'github', 'database', 'server', 'ai', 'access'];
  const filters = [
    'category:databases',
    'verified:true',
    'runtime:npm transport:stdio',
    'has:tools',
    'runtime:oci,pypi',
    'category:cloud -has:credentials',
    'updated:>2025-06',
    'license:mit has:tools',
  ];
  const questions = [
    'what can send an email?',
    'create an issue in github',
    'how do I query a postgres database',
    'take a screenshot of a web page',
    'search the web for news',
  ];
  return {
    'one word': { next: () => `${word()} ` },
    'common word': { next: () => `${pick(common)} ` },
    'two words': { next: () => `${word()} ${word()} ` },
    'as typed, 1 to 3 letters': { next: () => word().slice(0, 1 + Math.floor(random() * 3)) },
    'as typed, 4 letters and more': { next: () => word().slice(0, 4 + Math.floor(random() * 4)) },
    'typo, word ended': { next: () => `${misspelt()} ` },
    'typo, as typed': { next: () => misspelt() },
    questions: { next: () => pick(questions) },
    'word and filter': { next: () => `${word()} ${pick(filters)}` },
    phrase: {
      next: () => {
        const words = pick(servers).description.split(' ');
        return `"${words.slice(2, 4).join(' ')}"`;
      },
    },
    'tool: and -word': { next: () => `tool:${pick(['send', 'create', 'list', 'get'])} -${word()}` },
    'nothing, counted': { next: () => '' },
    'filters only': { next: () => pick(filters) },
    sorted: {
      next: () =>
        `${pick(['', 'api ', 'category:ai '])}sort:${pick(['stars', 'updated', 'name', 'popularity'])}`,
    },
    'deep pages': { next: () => pick(['', 'api ', 'sort:name ']), pages: 10 },
  };
}

interface Times {
  /** Milliseconds, as the caller saw it. */
  readonly passed: number[];
  /** Milliseconds of PostgreSQL's process on a processor. */
  readonly cpu: number[];
}

async function measure(database: BenchDatabase, kind: Kind, rounds: number): Promise<Times> {
  const { db, organizationId } = database;
  const times: Times = { passed: [], cpu: [] };
  const clock = await startClock(database);
  for (let round = -5; round < rounds; round++) {
    const query = parseQuery(kind.next());
    let cursor: string | undefined;
    for (let page = 0; page < (kind.pages ?? 1); page++) {
      const stop = clock();
      const found = await withTenant(
        db,
        organizationId,
        (tx) => searchServers(tx, { viewer: 'member', query, limit: 20, cursor }),
        { snapshot: true },
      );
      const isLast = page === (kind.pages ?? 1) - 1 || found.nextCursor === undefined;
      if (round >= 0 && isLast) stop(times);
      if (isLast) break;
      cursor = found.nextCursor;
    }
  }
  return times;
}

async function measureTools(
  database: BenchDatabase,
  rounds: number,
  random: () => number,
): Promise<Times> {
  const questions = [
    'send email',
    'create issue',
    'list files',
    'run sql query',
    'get weather',
    'screenshot',
  ];
  const times: Times = { passed: [], cpu: [] };
  const clock = await startClock(database);
  for (let round = -5; round < rounds; round++) {
    const query = parseQuery(questions[Math.floor(random() * questions.length)] ?? '');
    const stop = clock();
    await withTenant(
      database.db,
      database.organizationId,
      (tx) => searchTools(tx, { viewer: 'member', query, limit: 20, cursor: undefined }),
      { snapshot: true },
    );
    if (round >= 0) stop(times);
  }
  return times;
}

/** Times between a call of what it resolves with and of what that returns. */
async function startClock({ db }: BenchDatabase): Promise<() => (times: Times) => void> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  const onProcessor = () =>
    Number(readFileSync(`/proc/${rows[0]?.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  return () => {
    const [startedAt, cpuBefore] = [performance.now(), onProcessor()];
    return (times) => {
      times.passed.push(performance.now() - startedAt);
      times.cpu.push(onProcessor() - cpuBefore);
    };
  };
}

function tell(what: string, { passed, cpu }: Times): void {
  const shares = (times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return [0.5, 0.99]
      .map((share) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1).padStart(7))
      .join('');
  };
  console.log(
    `${what.padEnd(30)} passed p50, p99 ${shares(passed)} ms; PostgreSQL ${shares(cpu)} ms`,
  );
}
