import { AppError } from '@plugboard/contracts';

/**
 * The instances that this process is changing. A second change of one does not wait: it was made up
 * from what the first is about to replace.
 */
export class InstanceChanges {
  readonly #under = new Set<string>();

  isUnderWay(instanceId: string): boolean {
    return this.#under.has(instanceId);
  }

  /** Throws `AppError('conflict')` while another change of it is under way. */
  begin(instanceId: string, slug: string): Disposable {
    if (this.#under.has(instanceId)) {
      throw new AppError(
        'conflict',
        `${slug} is being changed already. Wait until that has ended, look at what came of it, and try again.`,
      );
    }
    this.#under.add(instanceId);
    return { [Symbol.dispose]: () => void this.#under.delete(instanceId) };
  }
}
