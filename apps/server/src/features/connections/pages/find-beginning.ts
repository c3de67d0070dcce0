import { AppError, idPattern } from '@plugboard/contracts';
import type { BeginConnectionInput } from '@plugboard/contracts/api';

import { withTenant } from '../../../store/tenant.ts';
import { selectInstance } from '../../instances/queries.ts';
import type { Actor } from '../../members/policy.ts';
import type { SignedIn } from '../../people/people.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { actorIn } from '../flow/callback.ts';
import { remoteOf } from '../flow/remote-of.ts';
import { ownerOf, requireChange, requireOwner } from '../owner.ts';
import { reasonOf, requireConnection } from '../queries.ts';
import { wordsFor } from '../refusals.ts';
import type { ConnectionServices } from '../services.ts';
import type { BeginView } from './begin-page.ts';

interface Found {
  readonly id: string;
  readonly actor: Actor;
  readonly agentId: string | undefined;
  readonly view: Omit<BeginView, 'action' | 'csrf'>;
}

export type Beginning =
  | (Found & { readonly kind: 'connection' })
  | (Found & { readonly kind: 'instance'; readonly owner: BeginConnectionInput['owner'] });

/**
 * What a link to connect is about: a connection that needs sign-in, or an instance that lacks one, in
 * the active organization or another of the person's.
 */
export async function findBeginning(
  services: Pick<ConnectionServices, 'db'>,
  signedIn: SignedIn,
  ref: string,
  agentRef: string | undefined,
): Promise<Beginning> {
  const { activeOrganizationId, memberships } = signedIn;
  const ordered = memberships.toSorted(
    (one, other) =>
      Number(other.organizationId === activeOrganizationId) -
      Number(one.organizationId === activeOrganizationId),
  );
  for (const { organizationId, organizationName } of ordered) {
    const actor = actorIn(signedIn, organizationId);
    if (!actor) continue;
    const found = await withTenant(
      services.db,
      organizationId,
      async (tx) =>
        (await findConnection(tx, actor, ref, organizationName)) ??
        (await findInstance(tx, actor, ref, agentRef, organizationName)),
    );
    if (found) return found;
  }
  throw new AppError('not_found', 'There is nothing to connect here that you may see.');
}

async function findConnection(
  tx: TenantDb,
  actor: Actor,
  ref: string,
  organizationName: string,
): Promise<Beginning | undefined> {
  if (!idPattern.test(ref)) return undefined;
  const row = await requireConnection(tx, actor, ref).catch(() => undefined);
  if (!row) return undefined;
  await requireChange(tx, actor, ownerOf(row));
  const reason = reasonOf(row);
  return {
    kind: 'connection',
    id: row.id,
    actor,
    agentId: undefined,
    view: {
      title: `Sign in again: ${row.name}`,
      organizationName,
      forWhom: words[row.owner_kind],
      resource: row.resource ?? row.issuer,
      agentSlug: undefined,
      reason: reason === undefined ? undefined : wordsFor(reason),
    },
  };
}

async function findInstance(
  tx: TenantDb,
  actor: Actor,
  ref: string,
  agentRef: string | undefined,
  organizationName: string,
): Promise<Beginning | undefined> {
  const instance = await selectInstance(tx, ref);
  if (!instance) return undefined;
  const remote = remoteOf(instance.launch);
  if (!remote) {
    throw new AppError(
      'conflict',
      `"${instance.slug}" runs here and is connected by filling its settings, not by signing in.`,
    );
  }
  const { account } = await tx
    .selectFrom('instances')
    .where('id', '=', instance.id)
    .select('account')
    .executeTakeFirstOrThrow();
  const agent =
    agentRef === undefined || !idPattern.test(agentRef)
      ? undefined
      : await tx
          .selectFrom('agents')
          .where('id', '=', agentRef)
          .select(['id', 'slug'])
          .executeTakeFirst();
  if (account === 'agent' && !agent) {
    throw new AppError(
      'invalid_input',
      `Each agent has an account of its own at "${instance.slug}": the address has to name the agent (?agent=…).`,
    );
  }
  const owner: BeginConnectionInput['owner'] =
    account === 'agent' ? { kind: 'agent', agent: agent?.id ?? '' } : { kind: account };
  await requireOwner(tx, actor, owner);
  return {
    kind: 'instance',
    id: instance.id,
    actor,
    agentId: agent?.id,
    owner,
    view: {
      title: `Connect ${instance.slug}`,
      organizationName,
      forWhom: words[account],
      resource: remote.url,
      agentSlug: agent?.slug,
      reason: undefined,
    },
  };
}

const words = {
  organization: 'everybody whose agents are granted it',
  member: 'yourself alone',
  agent: 'one agent',
} as const;
