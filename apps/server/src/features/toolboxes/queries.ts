import { sql, type Selectable } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';
import { refColumn } from '../reference.ts';

export type ToolboxRow = Selectable<Database['toolboxes']> & { readonly instances: number };

export function selectToolboxes(db: TenantDb): Promise<ToolboxRow[]> {
  return withInstances(db).orderBy('slug').execute();
}

export function selectToolbox(db: TenantDb, ref: string): Promise<ToolboxRow | undefined> {
  return withInstances(db).where(refColumn(ref), '=', ref).executeTakeFirst();
}

export interface NewToolbox {
  readonly id: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly name: string;
  readonly environment: ToolboxRow['environment'];
}

/** Undefined when the slug is taken. */
export async function insertToolbox(
  db: TenantDb,
  { organizationId, ...toolbox }: NewToolbox,
): Promise<ToolboxRow | undefined> {
  const row = await db
    .insertInto('toolboxes')
    .values({ ...toolbox, organization_id: organizationId })
    .onConflict((conflict) => conflict.columns(['organization_id', 'slug']).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && { ...row, instances: 0 };
}

export async function updateToolbox(
  db: TenantDb,
  id: string,
  change: Pick<ToolboxRow, 'name' | 'environment' | 'member_level'>,
): Promise<void> {
  await db.updateTable('toolboxes').set(change).where('id', '=', id).execute();
}

export async function deleteToolbox(db: TenantDb, id: string): Promise<void> {
  await db.deleteFrom('toolboxes').where('id', '=', id).execute();
}

function withInstances(db: TenantDb) {
  return db
    .selectFrom('toolboxes')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('instances')
        .whereRef('instances.toolbox_id', '=', 'toolboxes.id')
        .select(sql<number>`count(*)::int`.as('count'))
        .$asScalar()
        .$notNull()
        .as('instances'),
    );
}
