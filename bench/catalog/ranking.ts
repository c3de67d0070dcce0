// How well search finds what is meant, over the bundled servers and the real data sets.
// Usage: node bench/catalog/ranking.ts [--all]

import { parseArgs } from 'node:util';

import {
  buildSource,
  storeEntries,
} from '../../apps/server/src/features/catalog/search/testing/build-catalog.ts';
import { openDatabase } from './database.ts';
import { type Judgement, judge, mean } from './judge.ts';
import { readRealSources } from './real-entries.ts';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });

await main();

async function main(): Promise<void> {
  const sources = await readRealSources();
  if (!sources) {
    throw new Error('the real data sets are absent: name their folder in PLUGBOARD_TEST_DATA');
  }
  await using database = await openDatabase('embedded');
  const { db, organizationId } = database;
  for (const source of sources) {
    const id = await buildSource(db, organizationId, source);
    await storeEntries(db, organizationId, id, source.entries);
  }
  const judgements = await judge(db, organizationId);
  // Nobody looks at single queries of the half that only measures.
  for (const { query, recall, reciprocalRank, found, missed } of judgements.filter(
    ({ tuning }) => tuning && values.all,
  )) {
    if (recall === 1 && reciprocalRank === 1) continue;
    console.log(`${query}: recall ${recall.toFixed(2)}, first ${reciprocalRank.toFixed(2)}`);
    console.log(`  found ${found.slice(0, 6).join(' ')}\n  missed ${missed.join(' ')}`);
  }
  tell(
    'tuning',
    judgements.filter(({ tuning }) => tuning),
  );
  tell(
    'measuring',
    judgements.filter(({ tuning }) => !tuning),
  );
}

function tell(half: string, judgements: readonly Judgement[]): void {
  const recall = mean(judgements.map((each) => each.recall)).toFixed(3);
  const first = mean(judgements.map((each) => each.reciprocalRank)).toFixed(3);
  console.log(`${half}: ${judgements.length} queries, recall@10 ${recall}, MRR ${first}`);
}
