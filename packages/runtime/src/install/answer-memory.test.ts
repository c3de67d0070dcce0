import { AppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { AnswerMemory } from './answer-memory.ts';

const { signal } = new AbortController();

function build(maxWeight = 10) {
  let now = 0;
  const asked: string[] = [];
  const memory = new AnswerMemory<string>({
    weigh: ({ length }) => length,
    maxWeight,
    clock: () => now,
  });
  return {
    asked,
    pass: (ms: number) => (now += ms),
    ask: (key: string, answer = key, fresh = false) =>
      memory.ask(key, { signal, fresh }, async () => {
        asked.push(key);
        if (answer === 'fails') throw new AppError('install_failed', 'away');
        return answer;
      }),
    memory,
  };
}

describe('AnswerMemory', () => {
  it('remembers for some minutes, unless it is asked anew', async () => {
    const { ask, asked, pass } = build();
    expect([await ask('a', 'one'), await ask('a', 'two')]).toEqual(['one', 'one']);
    expect(await ask('a', 'two', true)).toBe('two');
    expect(await ask('a', 'three')).toBe('two');
    pass(5 * 60_000);
    expect(await ask('a', 'four')).toBe('four');
    expect(asked).toHaveLength(3);
  });

  it('remembers failures shorter', async () => {
    const { ask, asked, pass } = build();
    await expect(ask('a', 'fails')).rejects.toThrow('away');
    await expect(ask('a', 'well')).rejects.toThrow('away');
    pass(30_000);
    expect(await ask('a', 'well')).toBe('well');
    expect(asked).toHaveLength(2);
  });

  it('keeps no more than fits', async () => {
    const { ask, asked } = build(10);
    await ask('too heavy', 'x'.repeat(11));
    await ask('too heavy', 'x'.repeat(11));
    for (const key of ['a', 'b', 'c']) await ask(key, `${key}123`);
    await ask('c');
    await ask('b');
    await ask('a');
    expect(asked).toEqual(['too heavy', 'too heavy', 'a', 'b', 'c', 'a']);
  });

  it('finds out once for all who ask meanwhile, also when one of them leaves', async () => {
    const { memory } = build();
    const { promise, resolve } = Promise.withResolvers<string>();
    let times = 0;
    const find = () => {
      times += 1;
      return promise;
    };
    const leaving = new AbortController();
    const first = memory.ask('a', { signal: leaving.signal }, find);
    const second = memory.ask('a', { signal }, find);
    leaving.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    resolve('found');
    expect(await second).toBe('found');
    expect(times).toBe(1);
    await expect(memory.ask('a', { signal: leaving.signal }, find)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
