import { newId } from '@plugboard/contracts';
import type { AddSourceInput, ChangeSourceInput } from '@plugboard/contracts/api';
import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { type Author, commitChange } from '../../change.ts';
import { slugTaken } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { indexServers } from '../search/index-servers.ts';
import { checkLocation } from './location.ts';
import { requireSource, type SourceRow } from './queries.ts';
import { sealToken } from './token.ts';

export type SourceServices = Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard' | 'keyring'>;

const anHour = 3_600_000;
const indexedAtOnce = 500;

export async function addSource(
  services: SourceServices,
  author: Author,
  input: AddSourceInput,
): Promise<string> {
  const { slug, kind, location, allowPrivateNetwork = false, token } = input;
  checkLocation(kind, location, allowPrivateNetwork);
  const { organizationId } = author;
  const id = newId();
  const sealed =
    token === undefined
      ? undefined
      : await sealToken(services, { organizationId, sourceId: id }, token);
  return commitChange(services, author, async (db) => {
    const row = await db
      .insertInto('catalog_sources')
      .values({
        id,
        organization_id: organizationId,
        slug,
        title: input.title ?? slug,
        kind,
        location,
        audience: input.audience ?? 'members',
        priority: input.priority ?? 100,
        allow_private_network: allowPrivateNetwork,
        sealed_token: sealed ?? null,
        enabled: input.enabled ?? true,
        every_ms: input.everyMs === undefined ? anHour : input.everyMs,
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'slug']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) throw slugTaken('source', slug);
    return {
      result: id,
      record: { kind: 'source.added', change: { id, ...told(row) } },
      events: [],
    };
  });
}

export async function changeSource(
  services: SourceServices,
  author: Author,
  input: ChangeSourceInput,
): Promise<string> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const before = await requireSource(db, input.source);
    const after = await changed(services, before, input);
    const moved = after.location !== before.location;
    await db
      .updateTable('catalog_sources')
      .set({ ...after, ...(moved && { resume: null, watermark: null }) })
      .where('id', '=', before.id)
      .execute();
    const tells = (source: typeof before | typeof after) =>
      `${source.audience} ${source.priority} ${source.enabled}`;
    if (tells(after) !== tells(before)) {
      await indexAll(db, organizationId, await namesOf(db, before.id));
    }
    const { sealed_token: token, ...plain } = after;
    const tokenChange = input.token === undefined ? {} : { token: token ? 'set' : 'removed' };
    return {
      result: before.id,
      record: {
        kind: 'source.changed',
        change: { id: before.id, slug: before.slug, ...plain, ...tokenChange },
      },
      events: [],
    };
  });
}

export async function removeSource(
  services: SourceServices,
  author: Author,
  ref: string,
): Promise<string> {
  return commitChange(services, author, async (db) => {
    const source = await requireSource(db, ref);
    if (source.kind === 'bundled') {
      throw new AppError(
        'conflict',
        'The bundled source comes with Plugboard and stays. Disable it, or give it a high priority number.',
      );
    }
    const names = await namesOf(db, source.id);
    await db.deleteFrom('catalog_sources').where('id', '=', source.id).execute();
    await indexAll(db, author.organizationId, names);
    const { id, slug, kind, location } = source;
    return {
      result: id,
      record: {
        kind: 'source.removed',
        change: { id, slug, kind, location, servers: names.length },
      },
      events: [],
    };
  });
}

async function changed(services: SourceServices, before: SourceRow, input: ChangeSourceInput) {
  const { token } = input;
  const location = input.location ?? before.location;
  const allowPrivateNetwork = input.allowPrivateNetwork ?? before.allow_private_network;
  if (before.kind === 'bundled') {
    if (input.location !== undefined || token !== undefined || input.allowPrivateNetwork) {
      throw new AppError(
        'invalid_input',
        'The bundled source has no location, network or token: only its title, audience, priority, schedule and whether it is enabled can be changed.',
      );
    }
  } else if (location !== null) checkLocation(before.kind, location, allowPrivateNetwork);
  // A token is for where it was given: elsewhere it would be told to somebody else.
  const leavesToken =
    before.sealed_token !== null &&
    token === undefined &&
    location !== null &&
    before.location !== null &&
    URL.parse(location)?.origin !== URL.parse(before.location)?.origin;
  if (leavesToken) {
    throw new AppError(
      'invalid_input',
      'The token of this source is for its present location. Give the token for the new one, or null to send none.',
    );
  }
  const owner = { organizationId: before.organization_id, sourceId: before.id };
  const sealed = typeof token === 'string' ? await sealToken(services, owner, token) : null;
  return {
    title: input.title ?? before.title,
    location,
    audience: input.audience ?? before.audience,
    priority: input.priority ?? before.priority,
    allow_private_network: allowPrivateNetwork,
    sealed_token: token === undefined ? before.sealed_token : sealed,
    enabled: input.enabled ?? before.enabled,
    every_ms: input.everyMs === undefined ? before.every_ms : input.everyMs,
  };
}

/** What the audit log says of a source: all but its token. */
function told({ slug, kind, location, audience, priority, enabled, ...row }: SourceRow) {
  return {
    slug,
    kind,
    location,
    audience,
    priority,
    enabled,
    everyMs: row.every_ms,
    allowPrivateNetwork: row.allow_private_network,
    token: row.sealed_token === null ? 'none' : 'set',
  };
}

async function namesOf(db: TenantDb, sourceId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('catalog_versions')
    .select('name')
    .distinct()
    .where('source_id', '=', sourceId)
    .execute();
  return rows.map(({ name }) => name);
}

async function indexAll(
  db: TenantDb,
  organizationId: string,
  names: readonly string[],
): Promise<void> {
  for (let at = 0; at < names.length; at += indexedAtOnce) {
    await indexServers(db, organizationId, names.slice(at, at + indexedAtOnce));
  }
}
