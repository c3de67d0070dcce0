import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type Author, commitChange } from '../change.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { KeyOwner } from './key-owner.ts';
import { OwnerKeySet } from './owner-key-set.ts';
import { insertOwnerKey, type OwnerKeyRow } from './owner-keys.ts';
import { resealCredentials } from './reseal-credentials.ts';
import { resealPlace, selectInlinePlaces } from './reseal-inline.ts';
import { endRotation, insertRotation, noteProgress, type RotationRow } from './rotations.ts';

export type RotationServices = Pick<
  AppServices,
  'db' | 'audit' | 'clock' | 'heard' | 'keyring' | 'masterKeys' | 'jobs'
>;

/**
 * Gives an organization, its members and agents new keys. From then on everything is sealed with
 * these; what is sealed with those before is for `resealOrganization`.
 */
export function beginOwnerRotation(
  services: RotationServices,
  author: Author,
): Promise<RotationRow> {
  const { organizationId, memberId } = author;
  return commitChange(services, author, async (tx) => {
    // It waits for who is sealing a credential with one of them now.
    const former = await tx
      .selectFrom('owner_keys')
      .selectAll()
      .where('retired_at', 'is', null)
      .orderBy('id')
      .forUpdate()
      .execute();
    const retiredAt = new Date(services.clock());
    await tx
      .updateTable('owner_keys')
      .set({ retired_at: retiredAt })
      .where('retired_at', 'is', null)
      .execute();
    for (const row of former) await insertOwnerKey(tx, ownerOf(row), services.masterKeys);
    const total = (await countCredentials(tx)) + (await selectInlinePlaces(tx)).length;
    const rotation = await insertRotation(tx, { organizationId, kind: 'owner', memberId, total });
    return {
      result: rotation,
      record: {
        kind: 'owner_keys.rotated',
        change: { rotation: rotation.id, keys: former.length },
      },
      events: [{ kind: 'keys', organizationId }],
    };
  });
}

export interface ResealOptions {
  readonly signal: AbortSignal;
  /** Called after each step with how many were seen to; a rejection ends the work there. */
  readonly onProgress?: (done: number) => Promise<void>;
}

export interface ResealedAll {
  readonly done: number;
  readonly unreadable: number;
}

/**
 * Seals everything of an organization under the newest keys, a few rows in each transaction. It may
 * be done twice, by two nodes at once, and end anywhere: what is done is told from the rows.
 */
export async function resealOrganization(
  { db, masterKeys }: Pick<RotationServices, 'db' | 'masterKeys'>,
  organizationId: string,
  { signal, onProgress }: ResealOptions,
): Promise<ResealedAll> {
  let done = 0;
  let unreadable = 0;
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const step = await withTenant(db, organizationId, async (tx) =>
      resealCredentials(tx, organizationId, await OwnerKeySet.read(tx, masterKeys), after),
    );
    done += step.done;
    unreadable += step.unreadable;
    after = step.after;
    await onProgress?.(done);
  } while (after !== undefined);
  const places = await withTenant(db, organizationId, selectInlinePlaces);
  for (const place of places) {
    signal.throwIfAborted();
    unreadable += await withTenant(db, organizationId, async (tx) => {
      const keys = await OwnerKeySet.read(tx, masterKeys);
      return resealPlace(tx, organizationId, keys.all('organization', organizationId), place);
    });
    done += 1;
    await onProgress?.(done);
  }
  return { done, unreadable };
}

/** Does what a rotation left to do, and says so when nothing is left. */
export async function finishOwnerRotation(
  services: RotationServices,
  rotation: RotationRow,
  signal: AbortSignal,
): Promise<void> {
  const { organization_id: organizationId, id } = rotation;
  const { done, unreadable } = await resealOrganization(services, organizationId, {
    signal,
    onProgress: (count) =>
      withTenant(services.db, organizationId, (tx) => noteProgress(tx, id, count)),
  });
  const error =
    unreadable === 0
      ? undefined
      : `${unreadable} sealed values were opened by no key and stay as they were: they were changed or moved in the database.`;
  await commitChange(services, { organizationId }, async (tx) => {
    const ended = await endRotation(tx, id, { done, error, at: services.clock() });
    if (!ended) return undefined;
    return {
      result: undefined,
      record: { kind: 'owner_keys.resealed', change: { rotation: id, done, unreadable } },
      events: [],
    };
  });
}

async function countCredentials(tx: TenantDb): Promise<number> {
  const { count } = await tx
    .selectFrom('credentials')
    .innerJoin('owner_keys', 'owner_keys.id', 'credentials.owner_key_id')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('owner_keys.retired_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function ownerOf({ organization_id: organizationId, ...row }: OwnerKeyRow): KeyOwner {
  if (row.owner_kind === 'organization') return { organizationId, kind: 'organization' };
  return { organizationId, kind: row.owner_kind, id: row.owner_id ?? '' };
}
