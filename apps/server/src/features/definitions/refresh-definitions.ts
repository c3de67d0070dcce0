import type { Upstream } from '@plugboard/protocol';

import { type ChangeServices, commitChange } from '../change.ts';
import { type Definitions, readDefinitions } from './read-definitions.ts';
import { type DefinitionChanges, saveDefinitions } from './save-definitions.ts';
import type { Turns } from './turns.ts';

/** Names of changed offerings that an audit record tells one by one. */
const maxNamed = 50;

export interface RefreshServices extends ChangeServices {
  /** Of instances, by their ids. */
  readonly definitionTurns: Turns;
}

interface RefreshedInstance {
  readonly organizationId: string;
  readonly id: string;
}

/**
 * Lists what a started server offers and stores it. Does nothing when nothing changed. Refreshes of
 * one instance take turns, or what one of them listed earlier could be stored over what another
 * listed later.
 */
export async function refreshDefinitions(
  services: RefreshServices,
  instance: RefreshedInstance,
  upstream: Upstream,
): Promise<void> {
  await services.definitionTurns.take(instance.id, async () =>
    storeDefinitions(services, instance, await readDefinitions(upstream)),
  );
}

async function storeDefinitions(
  services: ChangeServices,
  { organizationId, id: instanceId }: RefreshedInstance,
  definitions: Definitions,
): Promise<void> {
  await commitChange(services, { organizationId }, async (db) => {
    const changes = await saveDefinitions(db, organizationId, instanceId, definitions);
    if (!changes) return undefined;
    return {
      result: undefined,
      record: { kind: 'definitions.changed', instanceId, change: presentChanges(changes) },
      events: [{ kind: 'definitions', organizationId, instanceId }],
    };
  });
}

/** What the audit log keeps of changed definitions: how many, and the names of the first of them. */
function presentChanges({ added, changed, removed, hello, era }: DefinitionChanges) {
  return {
    added: { count: added.length, names: added.slice(0, maxNamed) },
    changed: { count: changed.length, names: changed.slice(0, maxNamed) },
    removed: { count: removed.length, names: removed.slice(0, maxNamed) },
    hello,
    ...(era && { era }),
  };
}
