import { AppError } from '@plugboard/contracts';
import { instanceSettingsSchema, type InstanceSettings } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';

/** Named settings of a server, to begin with. */
export interface Template {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly serverName: string;
  readonly settings: InstanceSettings;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export async function selectTemplates(
  db: TenantDb,
  serverName?: string,
): Promise<readonly Template[]> {
  const rows = await db
    .selectFrom('configuration_templates')
    .selectAll()
    .$if(serverName !== undefined, (query) => query.where('server_name', '=', serverName ?? ''))
    .orderBy('server_name')
    .orderBy('slug')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    slug: row.slug,
    title: row.title,
    serverName: row.server_name,
    settings: instanceSettingsSchema.parse(row.settings),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** Throws `AppError('invalid_input')` when the server has no template of that name. */
export async function requireTemplate(
  db: TenantDb,
  _organizationId: string,
  serverName: string,
  slug: string,
): Promise<Template> {
  const templates = await selectTemplates(db, serverName);
  const found = templates.find((each) => each.slug === slug);
  if (found) return found;
  const there =
    templates.length === 0
      ? `${serverName} has none.`
      : `There are ${templates.map((each) => each.slug).join(', ')}.`;
  throw new AppError('invalid_input', `template: there is no template "${slug}". ${there}`, {
    details: { problems: [{ key: 'template', message: `is not known. ${there}` }] },
  });
}
