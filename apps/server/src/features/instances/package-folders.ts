/**
 * Keeps the removal of unused packages apart from candidates, for a package that was just installed
 * is used by no stored instance yet. One process owns the data directory, so this suffices.
 */
export class PackageFolders {
  readonly #holders = new Map<string, number>();
  readonly #removals = new Map<string, Promise<void>>();

  /** Keeps a folder from being removed until disposed of; waits for a removal under way. */
  async hold(folder: string): Promise<Disposable> {
    while (this.#removals.has(folder)) await this.#removals.get(folder);
    this.#holders.set(folder, (this.#holders.get(folder) ?? 0) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const left = (this.#holders.get(folder) ?? 1) - 1;
        if (left === 0) this.#holders.delete(folder);
        else this.#holders.set(folder, left);
      },
    };
  }

  /** Runs a removal, or nothing while somebody holds the folder: who holds it last removes it. */
  async remove(folder: string, work: () => Promise<void>): Promise<void> {
    while (this.#removals.has(folder)) await this.#removals.get(folder);
    if (this.#holders.has(folder)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#removals.set(folder, promise);
    try {
      await work();
    } finally {
      this.#removals.delete(folder);
      resolve();
    }
  }
}
