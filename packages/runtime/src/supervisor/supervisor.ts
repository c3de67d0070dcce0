import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';
import type { Envelope, Upstream } from '@plugboard/protocol';

import { Copies } from './copies.ts';
import { Copy, type CopyContext } from './copy.ts';
import { defaultSupervisorLimits } from './limits.ts';
import type { SupervisorOptions, UpstreamListener } from './options.ts';
import { createStartQueue } from './start-queue.ts';
import type { InstanceStatus } from './state.ts';

/** Runs instances when they are called, shares each between its callers, and ends them. */
export interface Supervisor extends AsyncDisposable {
  /**
   * The live connection of an instance with a credential set, started if need be; callers at the
   * same time share one start. Use it at once and do not keep it: the next call may get another.
   *
   * Rejects with `AppError`: `not_found` when the organization has no such instance; `unavailable`
   * with `retryAfterMs` while it backs off or no place is free; `upstream_failed` when it does not
   * start, with its last output; and with what the source rejects.
   */
  acquire(organizationId: string, instanceId: string, credentialSet: string): Promise<Upstream>;
  /** Keeps the copy from falling asleep until disposed, as long as somebody listens to it. */
  hold(organizationId: string, instanceId: string, credentialSet: string): Disposable;
  /** Hears what any server says outside of a request. Returns how to stop. */
  onMessage(listener: UpstreamListener): () => void;
  /** All copies that were ever asked for and not stopped, with their memory. */
  statuses(organizationId?: string): Promise<readonly InstanceStatus[]>;
  /**
   * Starts what runs of an instance anew with its configuration of now, and lets what backs off try
   * again. Resolves when it is ready, rejects as `acquire` does. Calls under way are lost; calls that
   * wait for a start are not.
   */
  restart(instanceId: string): Promise<void>;
  /** Ends all copies of an instance, whatever they do, and forgets them. */
  stop(instanceId: string): Promise<void>;
  /** Ends the copies of an instance that nobody uses; the next call starts one again. */
  sleep(instanceId: string): Promise<void>;
}

const memoryPatienceMs = 1_000;
const noRoomRetryMs = 1_000;

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new InstanceSupervisor(options);
}

class InstanceSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #context: CopyContext;
  readonly #copies = new Copies();
  readonly #listeners = new Set<UpstreamListener>();
  #disposed = false;

  constructor(options: SupervisorOptions) {
    const limits = { ...defaultSupervisorLimits, ...options.limits };
    this.#options = options;
    this.#context = {
      options,
      limits,
      queue: createStartQueue(limits.maxStarting),
      clock: options.clock ?? Date.now,
      makeRoom: (copy) => this.#makeRoom(copy),
      onMessage: (upstream, message) => this.#tell(upstream, message),
      isClosing: () => this.#disposed,
    };
  }

  acquire(organizationId: string, instanceId: string, credentialSet: string): Promise<Upstream> {
    const copy = this.#copies.find(organizationId, instanceId, credentialSet);
    if (copy !== undefined) return copy.acquire();
    return this.#acquireFirst(organizationId, instanceId, credentialSet);
  }

  hold(organizationId: string, instanceId: string, credentialSet: string): Disposable {
    const copy = this.#copyOf(organizationId, instanceId, credentialSet);
    const held = copy.hold();
    return {
      [Symbol.dispose]: () => {
        held[Symbol.dispose]();
        this.#forget(copy);
      },
    };
  }

  onMessage(listener: UpstreamListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async statuses(organizationId?: string): Promise<readonly InstanceStatus[]> {
    const wanted = [...this.#copies.all()].filter(
      ({ key }) => organizationId === undefined || key.organizationId === organizationId,
    );
    return Promise.all(wanted.map(async (copy) => copy.status(await memoryOf(copy))));
  }

  async restart(instanceId: string): Promise<void> {
    await Promise.all(this.#copies.ofInstance(instanceId).map((copy) => copy.restart()));
  }

  async stop(instanceId: string): Promise<void> {
    await Promise.all(this.#copies.ofInstance(instanceId).map((copy) => this.#stopCopy(copy)));
  }

  async sleep(instanceId: string): Promise<void> {
    await Promise.all(this.#copies.ofInstance(instanceId).map((copy) => copy.sleep()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const copies = [...this.#copies.all()];
    const stopped = Promise.all(copies.map((copy) => this.#stopCopy(copy)));
    const { shutdownMs } = this.#context.limits;
    const patience = new AbortController();
    const inTime = await Promise.race([
      stopped.then(() => true),
      delay(shutdownMs, false, { signal: patience.signal }).catch(() => true),
    ]);
    patience.abort();
    if (inTime) return;
    this.#options.log.error({ shutdownMs }, 'servers did not end in time and are killed');
    for (const copy of copies) copy.kill();
  }

  async #acquireFirst(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
  ): Promise<Upstream> {
    const copy = this.#copyOf(organizationId, instanceId, credentialSet);
    try {
      return await copy.acquire();
    } catch (error) {
      // Ids that name nothing must not pile up.
      this.#forget(copy);
      throw error;
    }
  }

  #copyOf(organizationId: string, instanceId: string, credentialSet: string): Copy {
    const known = this.#copies.find(organizationId, instanceId, credentialSet);
    if (known) return known;
    const copy = new Copy({ organizationId, instanceId, credentialSet }, this.#context);
    this.#copies.add(copy);
    return copy;
  }

  async #stopCopy(copy: Copy): Promise<void> {
    await copy.stop();
    this.#forget(copy);
  }

  #forget(copy: Copy): void {
    const { organizationId, instanceId, credentialSet } = copy.key;
    const known = this.#copies.find(organizationId, instanceId, credentialSet);
    if (known === copy && copy.isForgettable) this.#copies.remove(copy.key);
  }

  async #makeRoom(copy: Copy): Promise<void> {
    const { maxRunning, evictIdleMs } = this.#context.limits;
    for (;;) {
      const running = [...this.#copies.all()].filter((each) => each.occupies);
      if (running.length < maxRunning) break;
      const before = this.#context.clock() - evictIdleMs;
      const longestIdle = running
        .filter((each) => each.mayBeEvicted && (each.lastUsedAt ?? 0) <= before)
        .sort((a, b) => (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0))[0];
      if (!longestIdle) {
        throw new AppError(
          'unavailable',
          `All ${maxRunning} places for running servers are in use. Wait, or allow more.`,
          { retryAfterMs: noRoomRetryMs },
        );
      }
      await longestIdle.sleep();
    }
    copy.occupies = true;
  }

  #tell(upstream: Upstream, message: Envelope): void {
    for (const listener of this.#listeners) listener(upstream, message);
  }
}

async function memoryOf(copy: Copy): Promise<number | undefined> {
  const patience = new AbortController();
  try {
    return await Promise.race([
      copy.memory(),
      delay(memoryPatienceMs, undefined, { signal: patience.signal, ref: false }),
    ]);
  } catch {
    // A process that ends while it is measured has no memory to tell of.
    return undefined;
  } finally {
    patience.abort();
  }
}
