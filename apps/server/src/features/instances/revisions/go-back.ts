import { AppError, isAppError } from '@plugboard/contracts';

import { commitChange } from '../../change.ts';
import { followOwnChange } from '../../credentials/bindings/confirm.ts';
import { destinationOf } from '../../credentials/bindings/destination.ts';
import { saveDefinitions } from '../../definitions/save-definitions.ts';
import type { ChangeInstanceServices } from './change-instance.ts';
import { checkInstance } from './check-instance.ts';
import { refuseStale } from './refuse-stale.ts';
import type { PresentInstance } from './present-instance.ts';
import { sealedFromRow, selectStored } from './stored-candidate.ts';
import { writeRevision } from './write-revision.ts';

export interface FailedChange {
  /** The revision that failed. */
  readonly revision: number;
  /** In words: its version, or its configuration. */
  readonly what: string;
  /** Whether it had worked beside the instance, with a work folder of its own. */
  readonly tried: boolean;
  /** With whose credentials it is listed. */
  readonly credentialSet?: string;
}

/**
 * Makes an instance again what it was before a change that failed with its own data, and starts it.
 * Never rejects: resolves with what to tell the author of the change.
 */
export async function goBack(
  services: ChangeInstanceServices,
  before: PresentInstance,
  failed: FailedChange,
  error: unknown,
): Promise<AppError> {
  const { row } = before;
  const why = messageOf(error);
  const details = { failedRevision: failed.revision };
  const sentence = failed.tried
    ? `${sentenceCase(failed.what)} worked in the trial but not with this instance's data: ${why}`
    : `${row.slug} did not start with ${failed.what}: ${why}`;
  let revision: number;
  try {
    revision = await commitReturn(services, before, failed, why);
  } catch (second) {
    services.log.error({ err: second, instanceId: row.id }, 'a failed change could not be undone');
    const cure = `It could not be taken back by itself (${messageOf(second)}): roll it back to revision ${row.revision}.`;
    return new AppError('upstream_failed', `${sentence}\n${cure}`, { details });
  }
  const back = failed.tried
    ? `It is back at ${row.version}, revision ${revision}.`
    : `It runs as it did before, now revision ${revision}.`;
  try {
    await checkInstance(services, row, row.start_timeout_ms, failed.credentialSet);
    return new AppError('upstream_failed', `${sentence}\n${back}`, {
      details: { ...details, revision, version: row.version },
    });
  } catch (second) {
    return new AppError(
      'upstream_failed',
      `${sentence}\n${back} That does not start now either: ${messageOf(second)}`,
      { details: { ...details, revision, version: row.version } },
    );
  }
}

/** On record as Plugboard's own doing. */
async function commitReturn(
  services: ChangeInstanceServices,
  before: PresentInstance,
  failed: FailedChange,
  why: string,
): Promise<number> {
  const { row, stored, definitions } = before;
  const { organization_id: organizationId, id } = row;
  const { dataDir } = services.server;
  const attempt = `${failed.what} (revision ${failed.revision})`;
  const note = failed.tried
    ? `${attempt} failed with the instance's own data: ${why}`
    : `it did not start with ${attempt}: ${why}`;
  return services.definitionTurns.take(id, () =>
    commitChange(services, { organizationId }, async (db) => {
      await refuseStale(db, row, failed.revision);
      const attempted = await selectStored(db, id);
      const revision = await writeRevision(db, {
        organizationId,
        instanceId: id,
        dataDir,
        candidate: stored,
        sealedSecrets: sealedFromRow(row.sealed_secrets),
        definitions: definitions ?? { offerings: [] },
        reason: 'rolled_back',
        memberId: undefined,
        note: note.slice(0, maxNote),
      });
      if (attempted) {
        // As the change had taken its author's own bindings with it.
        const [kind, author] = failed.credentialSet?.split(':') ?? [];
        const memberId = kind === 'member' ? author : undefined;
        const [from, to] = [destinationOf(attempted, dataDir), destinationOf(row, dataDir)];
        await followOwnChange(db, id, memberId, from, to);
      }
      if (definitions) await saveDefinitions(db, organizationId, id, definitions);
      await db
        .updateTable('instances')
        .set({ asks_clients: row.asks_clients })
        .where('id', '=', id)
        .execute();
      return {
        result: revision,
        record: {
          kind: 'instance.rolled_back',
          instanceId: id,
          change: {
            id,
            slug: row.slug,
            version: row.version,
            revision: { before: failed.revision, after: revision },
            automatic: true,
            note: note.slice(0, maxNote),
          },
        },
        events: [
          { kind: 'instance', organizationId, instanceId: id },
          { kind: 'definitions', organizationId, instanceId: id },
        ],
      };
    }),
  );
}

/** Notes are read in lists. */
const maxNote = 1000;

/** Failures of servers are redacted where they arise; of our own, nothing is told. */
function messageOf(error: unknown): string {
  return isAppError(error) ? error.message : 'an internal error, which the log has.';
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
