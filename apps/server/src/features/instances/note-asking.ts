import type { OnChange } from '@plugboard/gateway';

import { type ChangeServices, commitChange } from '../change.ts';

/**
 * Remembers that an instance asks things of its clients, from which on clients that can answer get a
 * connection of their own. Written once; later calls of this process do nothing until the instance
 * changes, which forgets it: another version may never ask.
 */
export function createNoteAsking(
  services: ChangeServices & { readonly onChange: OnChange },
): (organizationId: string, instanceId: string) => Promise<void> {
  const noted = new Set<string>();
  services.onChange((event) => {
    if (event.kind === 'instance') noted.delete(event.instanceId);
  });
  return async (organizationId, instanceId) => {
    if (noted.has(instanceId)) return;
    noted.add(instanceId);
    try {
      await commitChange(services, { organizationId }, async (db) => {
        const row = await db
          .updateTable('instances')
          .set({ asks_clients: true })
          .where('id', '=', instanceId)
          .where('asks_clients', '=', false)
          .returning('slug')
          .executeTakeFirst();
        if (!row) return undefined;
        return {
          result: undefined,
          record: { kind: 'instance.asks_clients', instanceId, change: { slug: row.slug } },
          events: [{ kind: 'definitions', organizationId, instanceId }],
        };
      });
    } catch (error) {
      noted.delete(instanceId);
      throw error;
    }
  };
}
