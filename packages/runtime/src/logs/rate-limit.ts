/** Tells how many lines and bytes may pass: a bucket of each that fills again every second. */
export interface RateLimit {
  take(bytes: number): boolean;
}

export interface RateLimitOptions {
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Seconds' worth that may come at once, as when a server starts talkatively. */
  readonly burstSeconds: number;
}

export function createRateLimit(options: RateLimitOptions, now: () => number): RateLimit {
  const { linesPerSecond, bytesPerSecond, burstSeconds } = options;
  let lines = linesPerSecond * burstSeconds;
  let bytesLeft = bytesPerSecond * burstSeconds;
  let last = now();
  return {
    take(bytes) {
      const at = now();
      const seconds = Math.max(0, at - last) / 1000;
      last = at;
      lines = Math.min(linesPerSecond * burstSeconds, lines + seconds * linesPerSecond);
      bytesLeft = Math.min(bytesPerSecond * burstSeconds, bytesLeft + seconds * bytesPerSecond);
      if (lines < 1 || bytesLeft < bytes) return false;
      lines -= 1;
      bytesLeft -= bytes;
      return true;
    },
  };
}
