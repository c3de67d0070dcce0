import { AppError } from '@plugboard/contracts';

import { selectAgent } from '../../agents/queries.ts';
import { commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { ownerOf } from '../credential-owner.ts';
import { may, requireCredential } from '../permissions.ts';
import { type BindServices, requireStored } from './bind.ts';
import {
  changesSince,
  describeDestination,
  type Destination,
  destinationDigest,
  destinationFromRow,
  destinationOf,
} from './destination.ts';
import { bindingEvents, selectBindings } from './queries.ts';

export interface ConfirmInput {
  readonly instance: string;
  /** The destination that was shown, by its digest. */
  readonly destination: string;
  /** Of an agent's account; one's own otherwise. */
  readonly agent?: string | undefined;
}

/**
 * Lets an instance have again what was lent to it before it was changed. Resolves with the slots that
 * this concerns. Rejects with `AppError('conflict')` when it was changed again since it was shown.
 */
export async function confirmDestination(
  services: BindServices,
  actor: Actor,
  input: ConfirmInput,
): Promise<string[]> {
  const { organizationId } = actor;
  return commitChange(services, actor, async (tx) => {
    const instance = await requireStored(tx, input.instance);
    const agent = input.agent === undefined ? undefined : await selectAgent(tx, input.agent);
    if (input.agent !== undefined && !agent) throw noSuch('agent', input.agent);
    const lent = (await selectBindings(tx, { instanceId: instance.id })).filter((each) => {
      const isTheirs = agent ? each.agent_id === agent.id : each.member_id === actor.memberId;
      return isTheirs && each.credential_owner !== 'organization';
    });
    for (const { owner_kind, member_id } of lent) {
      const owned = {
        organization_id: organizationId,
        owner_kind,
        member_id,
        agent_member_id: agent?.member_id ?? null,
      };
      requireCredential(may(actor, 'bind', owned), owned, 'lent again');
    }
    const now = destinationOf(instance, services.server.dataDir);
    if (input.destination !== destinationDigest(now)) {
      throw new AppError(
        'conflict',
        `${instance.slug} is not what was shown to you any more. Look at it again: plugboard credential confirm ${instance.slug}`,
      );
    }
    const changed = lent.flatMap((row) => {
      const changes = changesSince(destinationFromRow(row.destination), now);
      return changes.length === 0 ? [] : [{ row, changes }];
    });
    const [first] = changed;
    if (!first) {
      throw new AppError(
        'not_found',
        `${instance.slug} waits for no confirmation${agent ? ` for ${agent.slug}` : ' of yours'}.`,
      );
    }
    const ids = changed.map(({ row }) => row.id);
    await writeDestination(tx, ids, now);
    const slots = changed.map(({ row }) => row.slot);
    return {
      result: slots,
      record: {
        kind: 'credential.confirmed',
        instanceId: instance.id,
        ...(agent && { agentId: agent.id }),
        change: {
          instance: instance.slug,
          slots,
          for: ownerOf(first.row),
          destination: describeDestination(now),
          changes: first.changes,
        },
      },
      events: bindingEvents(
        organizationId,
        changed.map(({ row }) => row),
        'changed',
      ),
    };
  });
}

/**
 * Whoever changes an instance knows where it takes what they lent it: their own bindings go with the
 * change. Those that waited for a confirmation before go on waiting.
 */
export async function followOwnChange(
  tx: TenantDb,
  instanceId: string,
  memberId: string | undefined,
  before: Destination,
  now: Destination,
): Promise<void> {
  if (memberId === undefined) return;
  const rows = await selectBindings(tx, { instanceId });
  const ids = rows
    .filter((each) => each.member_id === memberId)
    .filter(({ destination }) => changesSince(destinationFromRow(destination), before).length === 0)
    .map(({ id }) => id);
  await writeDestination(tx, ids, now);
}

async function writeDestination(
  tx: TenantDb,
  ids: readonly string[],
  destination: Destination,
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable('instance_credentials')
    .set({ destination: JSON.stringify(destination) })
    .where('id', 'in', ids)
    .execute();
}
