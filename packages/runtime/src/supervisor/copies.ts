import type { Copy, CopyKey } from './copy.ts';

type CopiesBySet = Map<string, Copy>;

/** All copies, found by the three parts of their key without making a key. */
export class Copies {
  readonly #organizations = new Map<string, Map<string, CopiesBySet>>();

  find(organizationId: string, instanceId: string, credentialSet: string): Copy | undefined {
    return this.#organizations.get(organizationId)?.get(instanceId)?.get(credentialSet);
  }

  add(copy: Copy): void {
    const { organizationId, instanceId, credentialSet } = copy.key;
    const instances = this.#organizations.get(organizationId) ?? new Map<string, CopiesBySet>();
    const sets = instances.get(instanceId) ?? new Map<string, Copy>();
    this.#organizations.set(
      organizationId,
      instances.set(instanceId, sets.set(credentialSet, copy)),
    );
  }

  remove({ organizationId, instanceId, credentialSet }: CopyKey): void {
    const instances = this.#organizations.get(organizationId);
    const sets = instances?.get(instanceId);
    sets?.delete(credentialSet);
    if (sets?.size === 0) instances?.delete(instanceId);
    if (instances?.size === 0) this.#organizations.delete(organizationId);
  }

  *all(): Iterable<Copy> {
    for (const instances of this.#organizations.values()) {
      for (const sets of instances.values()) yield* sets.values();
    }
  }

  ofInstance(instanceId: string): Copy[] {
    const found: Copy[] = [];
    for (const instances of this.#organizations.values()) {
      found.push(...(instances.get(instanceId)?.values() ?? []));
    }
    return found;
  }
}
