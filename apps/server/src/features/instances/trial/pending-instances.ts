import type { InstanceSpec } from '@plugboard/runtime';
import type { Secret } from '@plugboard/vault';

import type { BoundSlot } from '../../credentials/bindings/open-bindings.ts';
import type { Definitions } from '../../definitions/read-definitions.ts';

/** An instance on trial: it runs already, but nobody sees it until what it offers is known. */
export interface PendingInstance {
  readonly spec: InstanceSpec;
  readonly secrets: Readonly<Record<string, Secret>>;
  /** What fills its slots besides. */
  readonly bindings: readonly BoundSlot[];
  /** The instance that a change of is tried; undefined for a new one. */
  readonly of: string | undefined;
  /** What it listed at its first start. */
  definitions: Definitions | undefined;
}

/** Instances being added by this process. */
export class PendingInstances {
  readonly #byId = new Map<string, PendingInstance>();

  find(organizationId: string, id: string): PendingInstance | undefined {
    const pending = this.#byId.get(id);
    return pending?.spec.organizationId === organizationId ? pending : undefined;
  }

  /** Keeps it until it is disposed of. */
  add(pending: PendingInstance): Disposable {
    const { id } = pending.spec;
    this.#byId.set(id, pending);
    return { [Symbol.dispose]: () => void this.#byId.delete(id) };
  }
}
