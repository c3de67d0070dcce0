const windowMs = 3_600_000;
const mostPerAddress = 60;
const mostOfAll = 2_000;
const mostAddresses = 10_000;

/** Bounds how many clients register themselves in an hour, from one address and altogether. */
export interface RegistrationLimit {
  /** Counts one. Seconds to wait before another try when it is one too many, else 0. */
  waitFor(address: string): number;
}

export function createRegistrationLimit(clock: () => number): RegistrationLimit {
  let since = clock();
  let all = 0;
  let counts = new Map<string, number>();
  return {
    waitFor(address) {
      const now = clock();
      if (now - since >= windowMs) {
        since = now;
        all = 0;
        counts = new Map();
      }
      const count = (counts.get(address) ?? 0) + 1;
      const isFull = counts.size >= mostAddresses && !counts.has(address);
      if (count > mostPerAddress || all >= mostOfAll || isFull) {
        return Math.ceil((since + windowMs - now) / 1000);
      }
      all += 1;
      counts.set(address, count);
      return 0;
    },
  };
}
