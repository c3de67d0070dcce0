import { openSecret, sealSecret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import { type Author, commitChange } from '../../change.ts';
import { type BackedUpInstance, type InstanceRevision, placeInBackup } from './backup-content.ts';
import { isRestorable } from './restorable-launch.ts';
import type { ReadBackup } from './restore-backup.ts';

type RestoreServices = Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard' | 'keyring' | 'server'>;

/**
 * Puts the revisions that instances had before the one that a restore made, which becomes the last.
 * An instance with a history of its own keeps it, so that restoring twice changes nothing. Revisions
 * that could not be run here, for their folders are not on this machine, are left out.
 */
export async function restoreInstanceHistory(
  services: RestoreServices,
  author: Author,
  read: ReadBackup,
): Promise<void> {
  for (const instance of read.backup.instances) {
    if (instance.revisions.length > 1) await restoreOne(services, author, read, instance);
  }
}

async function restoreOne(
  services: RestoreServices,
  author: Author,
  { key }: ReadBackup,
  { slug, revisions }: BackedUpInstance,
): Promise<void> {
  const { organizationId } = author;
  const ownerKey = await services.keyring.ownerKey(organizationId);
  const last = revisions.at(-1)?.revision ?? 1;
  const former: InstanceRevision[] = [];
  for (const revision of revisions.slice(0, -1)) {
    if (await isRestorable(revision, services.server.dataDir)) former.push(revision);
  }
  /** From the backup's key to the organization's; nobody here sees what it is. */
  const reseal = (instanceId: string, { revision, secrets }: InstanceRevision) =>
    Object.fromEntries(
      Object.entries(secrets).flatMap(([name, sealed]) => {
        if (!key) return [];
        const place = placeInBackup({ instance: slug, revision }, name);
        const secret = openSecret(key.secrets, place, Buffer.from(sealed, 'base64'));
        const identity = { ownerId: organizationId, instanceId, name };
        return [[name, sealSecret(ownerKey, identity, secret).toString('base64')]];
      }),
    );
  await commitChange(services, author, async (db) => {
    const row = await db
      .selectFrom('instances')
      .select(['id', 'revision'])
      .where('slug', '=', slug)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return undefined;
    const present = await db
      .selectFrom('instance_revisions')
      .select('revision')
      .where('instance_id', '=', row.id)
      .execute();
    if (present.length !== 1) return undefined;
    await db
      .updateTable('instance_revisions')
      .set({ revision: last, reason: 'restored', note: 'from a backup' })
      .where('instance_id', '=', row.id)
      .execute();
    await db.updateTable('instances').set({ revision: last }).where('id', '=', row.id).execute();
    const written = former.length === 0 ? undefined : db.insertInto('instance_revisions');
    await written
      ?.values(
        former.map((revision) => ({
          organization_id: organizationId,
          instance_id: row.id,
          revision: revision.revision,
          reason: revision.reason,
          version: revision.version,
          entry: revision.entry,
          settings: JSON.stringify(revision.settings),
          package: revision.package && JSON.stringify(revision.package),
          launch: JSON.stringify(revision.launch),
          sealed_secrets: JSON.stringify(reseal(row.id, revision)),
          idle_ms: revision.idleMs,
          start_timeout_ms: revision.startTimeoutMs,
          contract: JSON.stringify(revision.contract),
          note: revision.note,
          created_at: revision.createdAt,
        })),
      )
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'instance.history_restored',
        instanceId: row.id,
        change: { id: row.id, slug, revisions: former.length, revision: last },
      },
      events: [],
    };
  });
}
