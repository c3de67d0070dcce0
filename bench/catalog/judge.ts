import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { parseQuery } from '@plugboard/catalog';
import type { Kysely } from 'kysely';

import { searchServers } from '../../apps/server/src/features/catalog/search/search-servers.ts';
import type { Database } from '../../apps/server/src/store/schema.ts';
import { withTenant } from '../../apps/server/src/store/tenant.ts';

interface JudgedQuery {
  readonly query: string;
  /** Names of the servers that we think are meant; in no order. */
  readonly servers: readonly string[];
}

/** One query with what came of it. */
export interface Judgement {
  readonly query: string;
  /** Whether weights may be changed for it; the others only measure. */
  readonly tuning: boolean;
  /** Share of the servers meant (of ten at most) that are among the first ten. */
  readonly recall: number;
  /** 1 ÷ the place of the first server meant; 0 when it is not among the first ten. */
  readonly reciprocalRank: number;
  readonly found: readonly string[];
  readonly missed: readonly string[];
}

/** Asks all judged queries of an organization that has the real sources. */
export async function judge(db: Kysely<Database>, organizationId: string): Promise<Judgement[]> {
  const queries: JudgedQuery[] = JSON.parse(
    await readFile(new URL('judged-queries.json', import.meta.url), 'utf8'),
  );
  const judgements: Judgement[] = [];
  for (const { query, servers } of queries) {
    const { servers: answer } = await withTenant(
      db,
      organizationId,
      (tx) =>
        searchServers(tx, {
          viewer: 'member',
          query: parseQuery(query),
          limit: 10,
          cursor: undefined,
        }),
      { snapshot: true },
    );
    const found = answer.map(({ name }) => name);
    const place = found.findIndex((name) => servers.includes(name));
    judgements.push({
      query,
      tuning: isForTuning(query),
      recall: found.filter((name) => servers.includes(name)).length / Math.min(10, servers.length),
      reciprocalRank: place < 0 ? 0 : 1 / (place + 1),
      found,
      missed: servers.filter((name) => !found.includes(name)),
    });
  }
  return judgements;
}

/** One half of the queries, whatever they are. */
function isForTuning(query: string): boolean {
  const [first = 0] = createHash('sha256').update(query).digest();
  return first % 2 === 0;
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
