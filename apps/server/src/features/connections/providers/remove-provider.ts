import { AppError } from '@plugboard/contracts';

import { commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import type { ConnectionServices } from '../services.ts';

/** Forgets what was set of a service, with its client; refused while connections need that client. */
export async function removeProvider(
  services: ConnectionServices,
  actor: Actor,
  slug: string,
): Promise<void> {
  await commitChange(services, actor, async (db) => {
    const row = await db
      .selectFrom('oauth_providers')
      .select(['id', 'slug'])
      .where('slug', '=', slug)
      .executeTakeFirst();
    if (!row) {
      throw new AppError('not_found', `Nothing was set of "${slug}".`, {
        details: { noun: 'provider', ref: slug },
      });
    }
    const users = await db
      .selectFrom('connections')
      .innerJoin('oauth_clients', 'oauth_clients.id', 'connections.oauth_client_id')
      .innerJoin('credentials', 'credentials.id', 'connections.credential_id')
      .where('oauth_clients.provider_id', '=', row.id)
      .select(['connections.id', 'credentials.name', 'credentials.destroyed_at'])
      .execute();
    const live = users.filter((user) => user.destroyed_at === null);
    if (live.length > 0) {
      throw new AppError(
        'conflict',
        `${live.length} connections need it (${live
          .slice(0, 5)
          .map(({ name }) => name)
          .join(', ')}). Remove them first.`,
        { details: { connections: live.map(({ id }) => id) } },
      );
    }
    if (users.length > 0) {
      const ids = users.map(({ id }) => id);
      await db.deleteFrom('connections').where('id', 'in', ids).execute();
    }
    await db.deleteFrom('oauth_providers').where('id', '=', row.id).execute();
    return {
      result: undefined,
      record: { kind: 'provider.removed', change: { id: row.id, slug } },
      events: [],
    };
  });
}
