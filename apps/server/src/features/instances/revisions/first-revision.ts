import type { TenantDb } from '../../tenant-db.ts';
import type { PresentInstance } from './present-instance.ts';
import { sealedFromRow } from './stored-candidate.ts';
import { writeRevision } from './write-revision.ts';

/** Writes down what an instance is that was installed before revisions were kept. */
export async function writeFirstRevision(
  db: TenantDb,
  dataDir: string,
  { row, stored, definitions }: PresentInstance,
): Promise<number> {
  return writeRevision(db, {
    organizationId: row.organization_id,
    instanceId: row.id,
    dataDir,
    candidate: stored,
    sealedSecrets: sealedFromRow(row.sealed_secrets),
    definitions: definitions ?? { offerings: [] },
    reason: 'installed',
    memberId: undefined,
    note: 'as it was when its first change was made',
  });
}
