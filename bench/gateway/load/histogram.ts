const unitMs = 0.000_1;
const subBuckets = 128;

/** Latencies in log-linear buckets: 0.1 µs to 200 s, each value within 0.8 % of the truth. */
export class Histogram {
  readonly #counts = new Uint32Array(subBuckets * 26);
  #total = 0;
  #sumMs = 0;
  #maxMs = 0;

  get count(): number {
    return this.#total;
  }

  get meanMs(): number {
    return this.#total === 0 ? 0 : this.#sumMs / this.#total;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  record(ms: number): void {
    const index = bucketOf(Math.max(0, Math.round(ms / unitMs)));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** The latency in ms that `share` (0–1) of all values do not exceed; 0 when empty. */
  percentile(share: number): number {
    const wanted = Math.ceil(share * this.#total);
    let seen = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      seen += this.#counts[index] ?? 0;
      if (seen >= wanted && seen > 0) return Math.min(this.#maxMs, middleOf(index) * unitMs);
    }
    return 0;
  }
}

/** Values below 2 × subBuckets have a bucket each; above, each power of two has `subBuckets`. */
function bucketOf(units: number): number {
  const value = Math.min(units, 2 ** 31 - 1);
  const shift = Math.max(0, 24 - Math.clz32(value));
  return shift * subBuckets + (value >>> shift);
}

function middleOf(index: number): number {
  if (index < 2 * subBuckets) return index;
  const shift = Math.floor(index / subBuckets) - 1;
  return (index - shift * subBuckets + 0.5) * 2 ** shift;
}
