import { setTimeout as delay } from 'node:timers/promises';

import { buildError, type Envelope, idText, rpcCodes, type Upstream } from '@plugboard/protocol';

import { Copies } from './copies.ts';
import type { CopyContext, CopyKey } from './copy-context.ts';
import { Copy } from './copy.ts';
import { defaultSupervisorLimits } from './limits.ts';
import type { SupervisorOptions, UpstreamListener, UpstreamRequestListener } from './options.ts';
import type { OwnConnection } from './own-connection.ts';
import { makeRoom } from './places.ts';
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
   *
   * With `own` it is a connection that no other key gets, of which organizations and owners may have
   * so many (`SupervisorLimits`) before the rejection is `unavailable`.
   */
  acquire(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    own?: OwnConnection,
  ): Promise<Upstream>;
  /** Keeps the copy from falling asleep until disposed, as long as somebody listens to it. */
  hold(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    own?: OwnConnection,
  ): Disposable;
  /** Hears what any server says outside of a request, from its first byte on. Returns how to stop. */
  onMessage(listener: UpstreamListener): () => void;
  /**
   * Hears requests of servers that belong to no request of ours, from the first byte on. There is one
   * listener, which answers each through `Upstream.respond`. Returns how to stop.
   */
  onRequest(listener: UpstreamRequestListener): () => void;
  /** All copies that were ever asked for and not stopped, with their memory. */
  statuses(organizationId?: string): Promise<readonly InstanceStatus[]>;
  /** The same without their memory, which takes time to measure. */
  states(organizationId?: string): readonly InstanceStatus[];
  /**
   * Starts what runs of an instance anew with its configuration of now, and lets what backs off try
   * again; with a credential set, of the copies that run with it. Resolves when it is ready, rejects as
   * `acquire` does. Calls under way are lost; calls that wait for a start are not. What runs for one
   * client or one account alone is ended, and started by its next call.
   */
  restart(instanceId: string, credentialSet?: string): Promise<void>;
  /** Ends all copies of an instance, or those of a credential set, whatever they do, and forgets them. */
  stop(instanceId: string, credentialSet?: string): Promise<void>;
  /** Ends the copies of an instance that nobody uses; the next call starts one again. */
  sleep(instanceId: string): Promise<void>;
}

const memoryPatienceMs = 1_000;

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new InstanceSupervisor(options);
}

class InstanceSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #context: CopyContext;
  readonly #copies = new Copies();
  readonly #listeners = new Set<UpstreamListener>();
  #requestListener: UpstreamRequestListener = refuseRequest;
  #disposed = false;

  constructor(options: SupervisorOptions) {
    const limits = { ...defaultSupervisorLimits, ...options.limits };
    this.#options = options;
    this.#context = {
      options,
      limits,
      queue: createStartQueue(limits.maxStarting),
      clock: options.clock ?? Date.now,
      onMessage: (upstream, message) => this.#tell(upstream, message),
      onRequest: (...request) => this.#requestListener(...request),
      makeRoom: (copy, place) => makeRoom(this.#copies, copy, place, limits, this.#context.clock),
      onForgettable: (copy) => this.#forget(copy),
      isClosing: () => this.#disposed,
    };
  }

  acquire(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    own?: OwnConnection,
  ): Promise<Upstream> {
    const copy = this.#copies.find(organizationId, instanceId, credentialSet, own?.key);
    if (copy !== undefined) return copy.acquire();
    return this.#acquireFirst({ organizationId, instanceId, credentialSet, own });
  }

  hold(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    own?: OwnConnection,
  ): Disposable {
    return this.#copyOf({ organizationId, instanceId, credentialSet, own }).hold();
  }

  onMessage(listener: UpstreamListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onRequest(listener: UpstreamRequestListener): () => void {
    this.#requestListener = listener;
    return () => {
      if (this.#requestListener === listener) this.#requestListener = refuseRequest;
    };
  }

  async statuses(organizationId?: string): Promise<readonly InstanceStatus[]> {
    const wanted = this.#copiesOf(organizationId);
    return Promise.all(wanted.map(async (copy) => copy.status(await memoryOf(copy))));
  }

  states(organizationId?: string): readonly InstanceStatus[] {
    return this.#copiesOf(organizationId).map((copy) => copy.status());
  }

  async restart(instanceId: string, credentialSet?: string): Promise<void> {
    const copies = this.#copies.ofInstance(instanceId, credentialSet);
    await Promise.all(copies.map((copy) => copy.restart()));
  }

  async stop(instanceId: string, credentialSet?: string): Promise<void> {
    const copies = this.#copies.ofInstance(instanceId, credentialSet);
    await Promise.all(copies.map((copy) => this.#stopCopy(copy)));
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

  #copiesOf(organizationId: string | undefined): Copy[] {
    return [...this.#copies.all()].filter(
      ({ key }) => organizationId === undefined || key.organizationId === organizationId,
    );
  }

  async #acquireFirst(key: CopyKey): Promise<Upstream> {
    const copy = this.#copyOf(key);
    try {
      return await copy.acquire();
    } catch (error) {
      // Ids that name nothing must not pile up.
      this.#forget(copy);
      throw error;
    }
  }

  #copyOf(key: CopyKey): Copy {
    const known = this.#find(key);
    if (known) return known;
    const copy = new Copy(key, this.#context);
    this.#copies.add(copy);
    return copy;
  }

  async #stopCopy(copy: Copy): Promise<void> {
    await copy.stop();
    this.#forget(copy);
  }

  #forget(copy: Copy): void {
    if (copy.isForgettable && this.#find(copy.key) === copy) this.#copies.remove(copy.key);
  }

  #find({ organizationId, instanceId, credentialSet, own }: CopyKey): Copy | undefined {
    return this.#copies.find(organizationId, instanceId, credentialSet, own?.key);
  }

  #tell(upstream: Upstream, message: Envelope): void {
    for (const listener of this.#listeners) listener(upstream, message);
  }
}

/** Nobody is there who could be asked. */
function refuseRequest(upstream: Upstream, message: Envelope): void {
  const id = idText(message) ?? 'null';
  upstream.respond(buildError(id, rpcCodes.methodNotFound, 'this client serves no such method'));
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
