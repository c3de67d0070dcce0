interface Cell<V> {
  value: V | undefined;
}

/**
 * A map for entries that come and go within milliseconds, thousands of times a second.
 *
 * A `Map` copies itself into a new table every few changes, and V8 leaves a pointer from each old
 * table to its successor. Once one of them has reached the old generation, though long out of use,
 * all that follow are kept alive until the next full collection, with every value they ever held:
 * each young collection then copies the remains of every call instead of throwing them away. Here
 * the tables hold cells that are emptied on removal. Keys should be small, for those stay.
 */
export class BriefMap<K extends number | string, V> {
  readonly #cells = new Map<K, Cell<V>>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: K): boolean {
    return this.#cells.has(key);
  }

  get(key: K): V | undefined {
    return this.#cells.get(key)?.value;
  }

  /** Adds an entry. The key must be free. */
  add(key: K, value: V): void {
    if (this.#cells.has(key)) throw new Error(`the key ${key} is in use`);
    this.#cells.set(key, { value });
  }

  /** Removes an entry and returns what it held. */
  take(key: K): V | undefined {
    const cell = this.#cells.get(key);
    if (cell === undefined) return undefined;
    this.#cells.delete(key);
    const { value } = cell;
    cell.value = undefined;
    return value;
  }

  /** The values at this moment, in the order in which they were added. */
  values(): V[] {
    const values: V[] = [];
    for (const { value } of this.#cells.values()) if (value !== undefined) values.push(value);
    return values;
  }

  /** Removes everything and returns what there was. */
  takeAll(): V[] {
    const values = this.values();
    for (const cell of this.#cells.values()) cell.value = undefined;
    this.#cells.clear();
    return values;
  }
}
