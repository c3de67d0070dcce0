import { openInstallationKey, sealInstallationKey, sealOwnerKey } from '@plugboard/vault';

import { publish } from '../../store/events.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { type Author, commitChange } from '../change.ts';
import { placeOf } from './known-keys.ts';
import { openOwnerKeyRow } from './opened-keys.ts';
import { replaceMasterKey } from './replace-master-key.ts';
import type { RotationServices } from './rotate-owner-keys.ts';
import { endRotation, insertRotation, noteProgress, type RotationRow } from './rotations.ts';

/**
 * Puts a new master key in force, made by the provider that has the present one or by another. The
 * provider is asked before anything is changed. What is sealed under the former key is for
 * `rewrapAll`.
 */
export async function beginMasterRotation(
  services: RotationServices,
  author: Author,
  providerText: string | undefined,
): Promise<RotationRow> {
  const { masterKeys } = services;
  const { organizationId, memberId } = author;
  const { currentRow: row, current } = masterKeys;
  const place = placeOf(row);
  const wanted = providerText ?? place;
  const isHere = wanted === place && masterKeys.provider.kind === row.provider;
  const provider = isHere ? masterKeys.provider : await masterKeys.provide(wanted);
  const given = await provider.create(row.installation_id);
  const total = await countSealed(services);
  const rotation = await commitChange(services, author, async (tx) => {
    await replaceMasterKey(tx, provider, { row, key: current.key, given });
    const made = await insertRotation(tx, {
      organizationId,
      kind: 'master',
      masterKeyId: given.id,
      memberId,
      total,
    });
    return {
      result: made,
      record: {
        kind: 'master_key.rotated',
        change: { rotation: made.id, from: row.id, to: given.id, was: place, is: wanted },
      },
      events: [],
    };
  });
  await masterKeys.refresh();
  return rotation;
}

export interface RewrapOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => Promise<void>;
}

const batch = 100;

/**
 * Seals every owner key and installation key that is under a former master key under the one in
 * force, and then says that nothing is under the former. May be done twice and end anywhere.
 */
export async function rewrapAll(
  services: Pick<RotationServices, 'db' | 'masterKeys'>,
  { signal, onProgress }: RewrapOptions,
): Promise<number> {
  const { db, masterKeys } = services;
  await masterKeys.refresh();
  let done = 0;
  for (const organizationId of await listOrganizationIds(db)) {
    for (let count = batch; count === batch;) {
      signal.throwIfAborted();
      count = await rewrapOwnerKeys(services, organizationId);
      done += count;
      await onProgress?.(done);
    }
  }
  signal.throwIfAborted();
  done += await rewrapInstallationKeys(services);
  await onProgress?.(done);
  await db.transaction().execute(async (tx) => {
    // While there is a former key with something under it, nobody puts another in force.
    await tx
      .updateTable('master_keys')
      .set({ emptied_at: new Date() })
      .where('retired_at', 'is not', null)
      .where('emptied_at', 'is', null)
      .execute();
    await publish(tx, { kind: 'master_keys' });
  });
  await masterKeys.refresh();
  return done;
}

export async function finishMasterRotation(
  services: RotationServices,
  rotation: RotationRow,
  signal: AbortSignal,
): Promise<void> {
  const { organization_id: organizationId, id } = rotation;
  const done = await rewrapAll(services, {
    signal,
    onProgress: (count) =>
      withTenant(services.db, organizationId, (tx) => noteProgress(tx, id, count)),
  });
  await commitChange(services, { organizationId }, async (tx) => {
    if (!(await endRotation(tx, id, { done, at: services.clock() }))) return undefined;
    return {
      result: undefined,
      record: { kind: 'master_key.rewrapped', change: { rotation: id, done } },
      events: [],
    };
  });
}

async function rewrapOwnerKeys(
  { db, masterKeys }: Pick<RotationServices, 'db' | 'masterKeys'>,
  organizationId: string,
): Promise<number> {
  const { id, key } = masterKeys.current;
  return withTenant(db, organizationId, async (tx) => {
    const rows = await tx
      .selectFrom('owner_keys')
      .selectAll()
      .where('master_key_id', 'is distinct from', id)
      .orderBy('id')
      .limit(batch)
      .forUpdate()
      .execute();
    for (const row of rows) {
      const identity = {
        organizationId,
        ownerKind: row.owner_kind,
        ownerId: row.owner_id ?? organizationId,
        keyId: row.id,
      };
      const ownerKey = await openOwnerKeyRow(masterKeys, row);
      await tx
        .updateTable('owner_keys')
        .set({ master_key_id: id, sealed: sealOwnerKey(key, identity, ownerKey) })
        .where('id', '=', row.id)
        .execute();
    }
    return rows.length;
  });
}

async function rewrapInstallationKeys({
  db,
  masterKeys,
}: Pick<RotationServices, 'db' | 'masterKeys'>): Promise<number> {
  const { id, key } = masterKeys.current;
  return db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('installation_keys')
      .selectAll()
      .where('master_key_id', '<>', id)
      .orderBy('purpose')
      .forUpdate()
      .execute();
    for (const { purpose, master_key_id: former, sealed } of rows) {
      const opened = openInstallationKey(await masterKeys.find(former), purpose, sealed);
      await tx
        .updateTable('installation_keys')
        .set({ master_key_id: id, sealed: sealInstallationKey(key, purpose, opened) })
        .where('purpose', '=', purpose)
        .execute();
    }
    return rows.length;
  });
}

async function countSealed({ db }: Pick<RotationServices, 'db'>): Promise<number> {
  const { count } = await db
    .selectFrom('installation_keys')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  let total = Number(count);
  for (const organizationId of await listOrganizationIds(db)) {
    const owned = await withTenant(db, organizationId, (tx) =>
      tx
        .selectFrom('owner_keys')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow(),
    );
    total += Number(owned.count);
  }
  return total;
}
