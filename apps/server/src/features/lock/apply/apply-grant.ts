import { newId } from '@plugboard/contracts';
import type { LockGrant } from '@plugboard/contracts/api';

import { selectAgent } from '../../agents/queries.ts';
import { type Change, commitChange } from '../../change.ts';
import { deleteGrant, type GrantRow, insertGrant, selectGrants } from '../../grants/queries.ts';
import { requireInstance } from '../../instances/queries.ts';
import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { selectToolbox } from '../../toolboxes/queries.ts';
import type { Step } from '../plan-lock.ts';
import type { ApplyContext } from './apply-context.ts';

/**
 * Gives a grant, takes it, or puts one in the place of another at once. Unlike a person's grant it
 * may be about something that the instance does not offer now, for it was there before, too.
 */
export async function applyGrant(
  { services, author }: ApplyContext,
  { grant = {} }: Step,
): Promise<void> {
  const { before, after } = grant;
  const { organizationId } = author;
  await commitChange(services, author, async (db): Promise<Change<void>> => {
    const named = after?.agent ?? before?.agent ?? '';
    const agent = await selectAgent(db, named);
    if (!agent) throw noSuch('agent', named);
    const taken = before && (await takeGrant(db, agent.id, before));
    const given = after && (await giveGrant(db, organizationId, agent.id, after));
    return {
      result: undefined,
      record: {
        kind: given ? (taken ? 'grant.changed' : 'grant.created') : 'grant.revoked',
        agentId: agent.id,
        ...(given?.instanceId !== undefined && { instanceId: given.instanceId }),
        change: {
          id: given?.id ?? taken?.id,
          ...(after ?? before),
          ...(before && after && { before: { id: taken?.id, ...termsOf(before) } }),
        },
      },
      events: [{ kind: 'access', organizationId, agentId: agent.id }],
    };
  });
}

async function takeGrant(db: TenantDb, agentId: string, grant: LockGrant): Promise<GrantRow> {
  const rows = await selectGrants(db, agentId);
  const found = rows.find((row) => isGrant(row, grant));
  if (!found) throw noSuch('grant', `${grant.effect} ${grant.level}`);
  await deleteGrant(db, found.id);
  return found;
}

function isGrant(row: GrantRow, { effect, level, target, expiresAt }: LockGrant): boolean {
  const isTarget =
    'toolbox' in target
      ? row.toolbox_slug === target.toolbox
      : row.instance_slug === target.instance &&
        row.offering_kind === ('kind' in target ? target.kind : null) &&
        row.offering_name === ('kind' in target ? target.name : null);
  const isUntil = (row.expires_at?.toISOString() ?? undefined) === expiresAt;
  return isTarget && isUntil && row.effect === effect && row.level === level;
}

async function giveGrant(
  db: TenantDb,
  organizationId: string,
  agentId: string,
  { effect, level, target, expiresAt }: LockGrant,
): Promise<{ id: string; instanceId: string | undefined }> {
  const toolbox = 'toolbox' in target ? await selectToolbox(db, target.toolbox) : undefined;
  if ('toolbox' in target && !toolbox) throw noSuch('toolbox', target.toolbox);
  const instance = 'instance' in target ? await requireInstance(db, target.instance) : undefined;
  const id = newId();
  await insertGrant(db, {
    id,
    organizationId,
    agentId,
    effect,
    level,
    toolboxId: toolbox?.id ?? null,
    instanceId: instance?.id ?? null,
    offering: 'kind' in target ? { kind: target.kind, name: target.name } : null,
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
  });
  return { id, instanceId: instance?.id };
}

function termsOf({ level, expiresAt }: LockGrant): object {
  return { level, ...(expiresAt !== undefined && { expiresAt }) };
}
