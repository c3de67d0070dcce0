import { sql } from 'kysely';

import type { Definitions } from '../../definitions/read-definitions.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { launchToRow } from '../launch-row.ts';
import type { StoredCandidate } from './stored-candidate.ts';
import { keptRevisions, type RevisionReason } from './revision-reason.ts';

export interface NewRevision {
  readonly organizationId: string;
  readonly instanceId: string;
  /** The server's data directory, which stored paths are relative to. */
  readonly dataDir: string;
  readonly candidate: StoredCandidate;
  /** By name, as base64; all of them, and no other is kept. */
  readonly sealedSecrets: Readonly<Record<string, string>>;
  /** What it offers as this revision. */
  readonly definitions: Pick<Definitions, 'offerings'>;
  readonly reason: RevisionReason;
  /** Undefined for Plugboard itself. */
  readonly memberId: string | undefined;
  readonly note: string | undefined;
}

/**
 * Makes an instance's row what a candidate says, and writes that down as its next revision. The row
 * must be there already; what it offers is saved apart (`saveDefinitions`). Of revisions older than
 * the last ten the secrets are forgotten. Resolves with the revision's number.
 */
export async function writeRevision(db: TenantDb, given: NewRevision): Promise<number> {
  const { organizationId, instanceId, candidate } = given;
  const launch = launchToRow(candidate.launch, given.dataDir);
  const content = {
    version: candidate.version,
    entry: candidate.entry === undefined ? null : JSON.stringify(candidate.entry),
    settings: JSON.stringify(candidate.settings),
    package: candidate.package === undefined ? null : JSON.stringify(candidate.package),
    launch,
    sealed_secrets: JSON.stringify(given.sealedSecrets),
    idle_ms: candidate.idleMs,
    start_timeout_ms: candidate.startTimeoutMs,
  };
  const last = await db
    .selectFrom('instance_revisions')
    .select((eb) => eb.fn.max('revision').as('revision'))
    .where('instance_id', '=', instanceId)
    .executeTakeFirst();
  const revision = (last?.revision ?? 0) + 1;
  await db
    .updateTable('instances')
    .set({ ...content, server_name: candidate.serverName, revision })
    .where('id', '=', instanceId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('instance_revisions')
    .values({
      ...content,
      organization_id: organizationId,
      instance_id: instanceId,
      revision,
      reason: given.reason,
      contract: contractOf(given.definitions),
      member_id: given.memberId ?? null,
      note: given.note ?? null,
    })
    .execute();
  await forgetSecrets(db, instanceId, revision - keptRevisions);
  return revision;
}

/** Kind, name and hash of each offering as JSON text, in the order of their names. */
export function contractOf({ offerings }: Pick<Definitions, 'offerings'>): string {
  return JSON.stringify(
    offerings
      .map(({ kind, name, hash }) => [kind, name, hash.toString('hex')] as const)
      .toSorted(([aKind, aName], [bKind, bName]) =>
        `${aKind}:${aName}` < `${bKind}:${bName}` ? -1 : 1,
      ),
  );
}

async function forgetSecrets(db: TenantDb, instanceId: string, upTo: number): Promise<void> {
  if (upTo < 1) return;
  await db
    .updateTable('instance_revisions')
    .set({ sealed_secrets: '{}' })
    .where('instance_id', '=', instanceId)
    .where('revision', '<=', upTo)
    .where('sealed_secrets', '<>', sql<string>`'{}'::jsonb`)
    .execute();
}
