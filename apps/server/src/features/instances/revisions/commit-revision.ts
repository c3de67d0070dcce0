import { type Author, commitChange } from '../../change.ts';
import { followOwnChange } from '../../credentials/bindings/confirm.ts';
import { destinationOf } from '../../credentials/bindings/destination.ts';
import type { Definitions } from '../../definitions/read-definitions.ts';
import { saveDefinitions } from '../../definitions/save-definitions.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Candidate } from '../candidate.ts';
import { carrySecrets } from './carry-secrets.ts';
import type { ChangeInstanceServices, ChangeOptions } from './change-instance.ts';
import { writeFirstRevision } from './first-revision.ts';
import type { PresentInstance } from './present-instance.ts';
import { refuseStale } from './refuse-stale.ts';
import { presentRevisionForAudit } from './revision-audit.ts';
import { hasRevisions, selectStored } from './stored-candidate.ts';
import { writeRevision } from './write-revision.ts';

/** Stores a tried candidate with all that goes with it, at once. Resolves with the revision's number. */
export async function commitRevision(
  services: ChangeInstanceServices,
  author: Author,
  before: PresentInstance,
  candidate: Candidate,
  definitions: Definitions,
  { reason, note }: Pick<ChangeOptions, 'reason' | 'note'>,
): Promise<number> {
  const { organizationId, memberId } = author;
  const { row } = before;
  const { dataDir } = services.server;
  const sealedSecrets = await carrySecrets(services, row, candidate.secrets);
  // Not while what the copy that still runs lists is being stored.
  return services.definitionTurns.take(row.id, () =>
    commitChange(services, author, async (db) => {
      await refuseStale(db, row, row.revision);
      if (!(await hasRevisions(db, row.id))) await writeFirstRevision(db, dataDir, before);
      const revision = await writeRevision(db, {
        organizationId,
        instanceId: row.id,
        dataDir,
        candidate,
        sealedSecrets,
        definitions,
        reason,
        memberId,
        note,
      });
      const after = await selectStored(db, row.id);
      if (after) {
        const [from, to] = [destinationOf(row, dataDir), destinationOf(after, dataDir)];
        await followOwnChange(db, row.id, memberId, from, to);
      }
      await saveDefinitions(db, organizationId, row.id, definitions);
      await forgetAsking(db, row.id);
      return {
        result: revision,
        record: {
          kind: `instance.${reason}`,
          instanceId: row.id,
          change: presentRevisionForAudit(before, candidate, sealedSecrets, { revision, note }),
        },
        events: [
          { kind: 'instance', organizationId, instanceId: row.id },
          { kind: 'definitions', organizationId, instanceId: row.id },
        ],
      };
    }),
  );
}

/** Whether it asks its clients is found out anew. */
async function forgetAsking(db: TenantDb, id: string): Promise<void> {
  await db.updateTable('instances').set({ asks_clients: false }).where('id', '=', id).execute();
}
