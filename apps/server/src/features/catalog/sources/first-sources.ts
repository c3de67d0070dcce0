import { newId } from '@plugboard/contracts';

import type { TenantDb } from '../../tenant-db.ts';

const anHour = 3_600_000;

/** Puts in the sources that every organization begins with; those it has are left as they are. */
export async function insertFirstSources(db: TenantDb, organizationId: string): Promise<void> {
  const common = { organization_id: organizationId };
  await db
    .insertInto('catalog_sources')
    .values([
      {
        ...common,
        id: newId(),
        slug: 'bundled',
        title: 'Bundled with Plugboard',
        kind: 'bundled',
        priority: 10,
      },
      {
        ...common,
        id: newId(),
        slug: 'official',
        title: 'Official MCP registry',
        kind: 'registry',
        location: 'https://registry.modelcontextprotocol.io',
        priority: 50,
        every_ms: anHour,
      },
    ])
    .onConflict((conflict) => conflict.columns(['organization_id', 'slug']).doNothing())
    .execute();
}
