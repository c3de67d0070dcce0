import { AppError, newId } from '@plugboard/contracts';
import type { InstanceSettings, TemplateView } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';
import type { SharedChange } from './inherit.ts';
import { selectTemplates, type Template } from './templates.ts';

export interface TemplateRef {
  readonly server: string;
  readonly slug: string;
}

export function templateChange(
  { server, slug }: TemplateRef,
  settings: InstanceSettings,
): SharedChange {
  return {
    serverName: server,
    settings,
    shared: { layers: new Map(), templates: new Map([[slug, settings]]) },
    heirs: { template: slug },
  };
}

export interface NewTemplate extends TemplateRef {
  readonly organizationId: string;
  readonly title: string | undefined;
  readonly settings: InstanceSettings;
  readonly memberId: string | undefined;
}

/** Makes a template, or another of one that is there. */
export async function writeTemplate(
  db: TenantDb,
  { organizationId, server, slug, title, settings, memberId }: NewTemplate,
): Promise<void> {
  await db
    .insertInto('configuration_templates')
    .values({
      id: newId(),
      organization_id: organizationId,
      slug,
      title: title ?? slug,
      server_name: server,
      settings: JSON.stringify(settings),
      member_id: memberId ?? null,
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'server_name', 'slug']).doUpdateSet({
        settings: JSON.stringify(settings),
        ...(title !== undefined && { title }),
        updated_at: sql<Date>`now()`,
        member_id: memberId ?? null,
      }),
    )
    .execute();
}

/** Throws `AppError`: `not_found`, and `conflict` while an instance uses it. */
export async function deleteTemplate(db: TenantDb, { server, slug }: TemplateRef): Promise<void> {
  const found = (await selectTemplates(db, server)).find((each) => each.slug === slug);
  if (!found) {
    throw new AppError(
      'not_found',
      `${server} has no template "${slug}". List them: plugboard template list.`,
    );
  }
  const users = (await selectUsers(db)).get(templateKey(server, slug)) ?? [];
  if (users.length > 0) {
    throw new AppError(
      'conflict',
      `The template "${slug}" is used by ${users.join(', ')}. Unset it there first: plugboard config unset INSTANCE template.`,
      { details: { instances: users } },
    );
  }
  await db.deleteFrom('configuration_templates').where('id', '=', found.id).execute();
}

/** Slugs of the instances that use each template, by server and slug. */
export async function selectUsers(db: TenantDb): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await db
    .selectFrom('instances')
    .select(['slug', 'server_name', sql<string>`settings ->> 'template'`.as('template')])
    .where(sql<boolean>`settings ? 'template'`)
    .orderBy('slug')
    .execute();
  return Map.groupBy(rows, (row) => templateKey(row.server_name, row.template))
    .entries()
    .reduce(
      (users, [key, of]) =>
        users.set(
          key,
          of.map(({ slug }) => slug),
        ),
      new Map<string, readonly string[]>(),
    );
}

export function templateKey(server: string, slug: string): string {
  return `${server} ${slug}`;
}

export function presentTemplate(
  { serverName, slug, title, settings, createdAt, updatedAt }: Template,
  users: ReadonlyMap<string, readonly string[]>,
  showSettings: boolean,
): TemplateView {
  return {
    server: serverName,
    slug,
    title,
    ...(showSettings && { settings }),
    usedBy: [...(users.get(templateKey(serverName, slug)) ?? [])],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
