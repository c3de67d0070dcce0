import { describe, expect, it } from 'vitest';

import { createWallClock } from './wall-clock.ts';

describe('createWallClock', () => {
  it('counts fractions of a millisecond from the time of day', () => {
    const sources = { wall: 1_000_000, steady: 10.25 };
    const clock = createWallClock(
      () => sources.wall,
      () => sources.steady,
    );
    expect(clock()).toBe(1_000_000);
    sources.wall += 2;
    sources.steady += 1.5;
    expect(clock()).toBe(1_000_001.5);
  });

  it('follows the time of day when the machine slept or was set', () => {
    const sources = { wall: 1_000_000, steady: 0 };
    const clock = createWallClock(
      () => sources.wall,
      () => sources.steady,
    );
    // The steady clock stands still while a machine sleeps.
    sources.wall += 3_600_000;
    sources.steady += 5;
    expect(clock()).toBe(4_600_000);
    sources.wall -= 60_000;
    expect(clock()).toBe(4_540_000);
  });
});
