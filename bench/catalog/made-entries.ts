import type { ServerJson } from '@plugboard/catalog';

import type { TestEntry } from '../../apps/server/src/features/catalog/search/testing/build-catalog.ts';

/** Numbers from 0 to 1, the same in each run. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const syllables =
  'ka lo mi ter pra zon vex qui dar ben sol fin tra gel nu ori pax rim tok yan'.split(' ');

/**
 * As many servers as wanted, made of real ones: each has the package, remote and a part of the words
 * of one, words of another, a made-up name, and in one of twelve cases the tools of a third.
 */
export function makeEntries(real: readonly TestEntry[], count: number): TestEntry[] {
  const random = createRandom(20_000);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(random() * list.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  };
  const withTools = real.filter(({ tools }) => tools !== undefined);
  return Array.from({ length: count }, (_each, number) => {
    const [base, other] = [pick(real), pick(real)];
    const brand = Array.from({ length: 2 + Math.floor(random() * 2) }, () => pick(syllables)).join(
      '',
    );
    const [, path = ''] = base.server.name.split('/');
    const words = `${base.server.description} ${other.server.description}`.split(' ');
    const from = Math.floor(random() * words.length * 0.5);
    const description =
      words
        .slice(from, from + 14)
        .join(' ')
        .slice(0, 100)
        .trim() || brand;
    const meta = random() < 0.5 ? base.server._meta : undefined;
    const { title: _, _meta: __, ...rest } = base.server;
    const server: ServerJson = {
      ...rest,
      name: `io.github.${brand}${number}/${path}`.slice(0, 200),
      ...(random() < 0.5 && { title: `${brand} ${path.replaceAll(/[-_.]/g, ' ')}`.slice(0, 100) }),
      description,
      version: `${Math.floor(random() * 4)}.${Math.floor(random() * 20)}.${number % 7}`,
      ...(meta && { _meta: meta }),
    };
    const day = Math.floor(random() * 500);
    return {
      server,
      isLatest: true,
      updatedAt: new Date(Date.UTC(2025, 0, 1 + day, number % 24)).toISOString(),
      tools: random() < 1 / 12 ? pick(withTools).tools : undefined,
    };
  });
}
