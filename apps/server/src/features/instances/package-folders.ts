/**
 * Keeps the removal of unused packages apart from adding instances, for a package that was just
 * installed is used by no stored instance yet. One process owns the data directory, so this suffices.
 */
export class PackageFolders {
  #adding = 0;
  #cleaning: Promise<void> | undefined;

  /** Runs an add; waits for a removal under way. */
  async add<T>(work: () => Promise<T>): Promise<T> {
    while (this.#cleaning) await this.#cleaning;
    this.#adding += 1;
    try {
      return await work();
    } finally {
      this.#adding -= 1;
    }
  }

  /** Runs a removal, or nothing when something is being added: what is left is found the next time. */
  async clean(work: () => Promise<void>): Promise<void> {
    while (this.#cleaning) await this.#cleaning;
    if (this.#adding > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#cleaning = promise;
    try {
      await work();
    } finally {
      this.#cleaning = undefined;
      resolve();
    }
  }
}
