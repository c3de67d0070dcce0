/** How far the two clocks may drift apart before the time of day counts, in milliseconds. */
const toleratedMs = 250;

/**
 * The time of day in epoch milliseconds, with a fraction that durations can be told by. The steady
 * clock stands still while a machine sleeps, and what depends on the time of day, such as the end of a
 * grant, must not wait with it.
 */
export function createWallClock(
  wall: () => number = Date.now,
  steady: () => number = () => performance.now(),
): () => number {
  let offset = wall() - steady();
  return () => {
    const now = wall();
    const counted = offset + steady();
    if (Math.abs(now - counted) <= toleratedMs) return counted;
    offset += now - counted;
    return now;
  };
}
