import type { CopyKey } from './copy-context.ts';
import type { Copy } from './copy.ts';

interface InstanceCopies {
  /** By credential set. */
  readonly shared: Map<string, Copy>;
  /** By credential set and key. */
  readonly own: Map<string, Map<string, Copy>>;
}

/** All copies, found by the parts of their key without making a key. */
export class Copies {
  readonly #organizations = new Map<string, Map<string, InstanceCopies>>();

  find(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    ownKey?: string,
  ): Copy | undefined {
    const copies = this.#organizations.get(organizationId)?.get(instanceId);
    return ownKey === undefined
      ? copies?.shared.get(credentialSet)
      : copies?.own.get(credentialSet)?.get(ownKey);
  }

  add(copy: Copy): void {
    const { organizationId, instanceId, credentialSet, own } = copy.key;
    const instances = this.#organizations.get(organizationId) ?? new Map<string, InstanceCopies>();
    const copies = instances.get(instanceId) ?? { shared: new Map(), own: new Map() };
    if (own === undefined) copies.shared.set(credentialSet, copy);
    else {
      const keys = copies.own.get(credentialSet) ?? new Map<string, Copy>();
      copies.own.set(credentialSet, keys.set(own.key, copy));
    }
    this.#organizations.set(organizationId, instances.set(instanceId, copies));
  }

  remove({ organizationId, instanceId, credentialSet, own }: CopyKey): void {
    const instances = this.#organizations.get(organizationId);
    const copies = instances?.get(instanceId);
    if (copies === undefined) return;
    if (own === undefined) copies.shared.delete(credentialSet);
    else {
      const keys = copies.own.get(credentialSet);
      keys?.delete(own.key);
      if (keys?.size === 0) copies.own.delete(credentialSet);
    }
    if (copies.shared.size === 0 && copies.own.size === 0) instances?.delete(instanceId);
    if (instances?.size === 0) this.#organizations.delete(organizationId);
  }

  *all(): Iterable<Copy> {
    for (const instances of this.#organizations.values()) {
      for (const copies of instances.values()) yield* each(copies);
    }
  }

  /** Of one credential set, or of all. */
  ofInstance(instanceId: string, credentialSet?: string): Copy[] {
    const found: Copy[] = [];
    for (const instances of this.#organizations.values()) {
      const copies = instances.get(instanceId);
      if (copies !== undefined) found.push(...each(copies));
    }
    if (credentialSet === undefined) return found;
    return found.filter(({ key }) => key.credentialSet === credentialSet);
  }
}

function* each({ shared, own }: InstanceCopies): Iterable<Copy> {
  yield* shared.values();
  for (const keys of own.values()) yield* keys.values();
}
