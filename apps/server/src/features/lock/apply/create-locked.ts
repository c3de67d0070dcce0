import { newId } from '@plugboard/contracts';
import type { LockInstance } from '@plugboard/contracts/api';

import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import type { Definitions } from '../../definitions/read-definitions.ts';
import { saveDefinitions } from '../../definitions/save-definitions.ts';
import { presentLaunchForAudit } from '../../instances/add-instance.ts';
import type { Candidate } from '../../instances/candidate.ts';
import { launchToRow } from '../../instances/launch-row.ts';
import { insertInstance } from '../../instances/queries.ts';
import { writeRevision } from '../../instances/revisions/write-revision.ts';
import { sealSecrets } from '../../instances/seal-secrets.ts';
import { tryCandidate } from '../../instances/try-candidate.ts';
import { noSuch, slugTaken } from '../../reference.ts';
import { selectToolbox, type ToolboxRow } from '../../toolboxes/queries.ts';
import type { ApplyContext } from './apply-context.ts';
import { prepareLocked, refuseDrift } from './locked-candidate.ts';

/** Adds an instance exactly as it is locked, or leaves nothing behind. */
export async function createLocked(context: ApplyContext, instance: LockInstance): Promise<void> {
  const { services, author, tell, signal } = context;
  const { organizationId } = author;
  const toolbox = await withTenant(services.db, organizationId, (db) =>
    selectToolbox(db, instance.toolbox),
  );
  if (!toolbox) throw noSuch('toolbox', instance.toolbox);
  const given = Object.hasOwn(context.secrets, instance.slug)
    ? (context.secrets[instance.slug] ?? {})
    : {};
  const secrets = Object.fromEntries(
    Object.entries(given).filter(([name]) => instance.secrets.includes(name)),
  );
  await using candidate = await prepareLocked(context, instance, toolbox.environment, secrets);
  const id = newId();
  await tryCandidate(
    services,
    organizationId,
    candidate,
    {
      id,
      keep: true,
      signal,
      tell: (_step, message) => tell(`${instance.slug}: ${message}`),
    },
    async (definitions) => {
      refuseDrift(context, instance, definitions);
      await store(context, { id, toolbox, candidate, definitions });
    },
  );
}

interface NewInstance {
  readonly id: string;
  readonly toolbox: ToolboxRow;
  readonly candidate: Candidate;
  readonly definitions: Definitions;
}

async function store(
  { services, author }: ApplyContext,
  { id, toolbox, candidate, definitions }: NewInstance,
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
    });
    if (!inserted) throw slugTaken('instance', slug);
    await writeRevision(db, {
      organizationId,
      instanceId: id,
      dataDir,
      candidate,
      sealedSecrets,
      definitions,
      reason: 'applied',
      memberId,
      note: 'plugboard.lock',
    });
    await saveDefinitions(db, organizationId, id, definitions);
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
          offerings: definitions.offerings.length,
        },
      },
      events: [{ kind: 'definitions', organizationId, instanceId: id }],
    };
  });
}
