import { describe, expect, it } from 'vitest';

import { createStoreBudget } from './store-budget.ts';

describe('createStoreBudget', () => {
  it('bounds what each agent stores, and forgets it with the messages', () => {
    let now = 0;
    const budget = createStoreBudget(() => now);
    const large = 32 * 1024 * 1024;
    let stored = 0;
    while (budget.spend('one', large)) stored += 1;
    expect(stored).toBe(7);
    expect(budget.spend('two', large)).toBe(true);
    now = 10 * 60_000 - 1;
    expect(budget.spend('one', large)).toBe(false);
    now += 1;
    expect(budget.spend('one', large)).toBe(true);
  });

  it('counts empty messages too', () => {
    const budget = createStoreBudget(() => 0);
    let stored = 0;
    while (stored < 2_000_000 && budget.spend('one', 0)) stored += 1;
    expect(stored).toBe(1024 * 1024);
  });
});
