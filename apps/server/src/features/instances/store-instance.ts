import type { AppServices } from '../../app/services.ts';
import { type Author, commitChange } from '../change.ts';
import { upsertBinding } from '../credentials/bindings/bind.ts';
import type { BoundSlot } from '../credentials/bindings/open-bindings.ts';
import type { Definitions } from '../definitions/read-definitions.ts';
import { saveDefinitions } from '../definitions/save-definitions.ts';
import { slugTaken } from '../reference.ts';
import type { ToolboxRow } from '../toolboxes/queries.ts';
import type { Candidate } from './candidate.ts';
import { type Launch, launchToRow } from './launch-row.ts';
import { insertInstance } from './queries.ts';
import type { RevisionReason } from './revisions/revision-reason.ts';
import { writeRevision } from './revisions/write-revision.ts';
import { sealSecrets } from './seal-secrets.ts';

export type StoreServices = Pick<
  AppServices,
  'db' | 'heard' | 'audit' | 'clock' | 'keyring' | 'server'
>;

export interface NewInstance {
  /** That it was tried under, if it was. */
  readonly id: string;
  readonly toolbox: Pick<ToolboxRow, 'id' | 'slug'>;
  readonly candidate: Candidate;
  /** What it listed; undefined for one that is stored as stopped, which nobody has started yet. */
  readonly definitions: Definitions | undefined;
  /** What fills its slots for everybody. */
  readonly bindings?: readonly BoundSlot[];
  readonly reason: RevisionReason;
  readonly note: string | undefined;
}

/**
 * Stores a candidate as an instance with its first revision, what it offers, and the
 * record of it, all or nothing. From then on it is seen. Throws `AppError('conflict')` when its slug was
 * taken meanwhile.
 */
export async function storeInstance(
  services: StoreServices,
  author: Author,
  { id, toolbox, candidate, definitions, bindings = [], reason, note }: NewInstance,
): Promise<void> {
  const { organizationId, memberId } = author;
  const { dataDir } = services.server;
  const { slug, serverName, version, launch, idleMs, startTimeoutMs } = candidate;
  const sealedSecrets = await sealSecrets(services, organizationId, id, candidate.secrets);
  await commitChange(services, author, async (db) => {
    const inserted = await insertInstance(db, {
      id,
      organizationId,
      toolboxId: toolbox.id,
      slug,
      serverName,
      version,
      launch: launchToRow(launch, dataDir),
      sealedSecrets: JSON.stringify(sealedSecrets),
      idleMs,
      startTimeoutMs,
      stoppedAt: definitions ? undefined : new Date(services.clock()),
    });
    if (!inserted) throw slugTaken('instance', slug);
    for (const binding of bindings) {
      await upsertBinding(db, organizationId, id, { kind: 'organization' }, binding);
    }
    await writeRevision(db, {
      organizationId,
      instanceId: id,
      dataDir,
      candidate,
      sealedSecrets,
      definitions: definitions ?? { offerings: [] },
      reason,
      memberId,
      note,
    });
    if (definitions) await saveDefinitions(db, organizationId, id, definitions);
    return {
      result: undefined,
      record: {
        kind: 'instance.added',
        instanceId: id,
        change: {
          id,
          slug,
          toolbox: toolbox.slug,
          server: serverName,
          version,
          ...presentLaunchForAudit(launch),
          secretNames: Object.keys(candidate.secrets),
          approvedScripts: candidate.settings.approveScripts === true,
          ...(definitions ? { offerings: definitions.offerings.length } : { stopped: true }),
        },
      },
      // Its definitions are what is new to everybody else; the running copy is right as it is.
      events: [{ kind: 'definitions', organizationId, instanceId: id }],
    };
  });
}

/** What the audit log keeps of a launch: arguments and values of variables may be secret. */
export function presentLaunchForAudit(launch: Launch): Readonly<Record<string, unknown>> {
  if (launch.driver === 'remote') {
    const { driver, transport, url, headers, allowPrivateNetwork } = launch;
    const { origin } = new URL(url);
    return { driver, transport, origin, headers: Object.keys(headers), allowPrivateNetwork };
  }
  const { driver, entry, args, env, network, limits, mounts } = launch;
  return { driver, entry, args: args.length, env: Object.keys(env), network, limits, mounts };
}
