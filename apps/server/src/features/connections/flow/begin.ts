import { AppError, newId } from '@plugboard/contracts';
import type { BeginConnectionInput } from '@plugboard/contracts/api';

import { withTenant } from '../../../store/tenant.ts';
import { selectInstance } from '../../instances/queries.ts';
import { type Actor, can } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { chooseClient } from '../clients/choose-client.ts';
import { openNetwork } from '../network.ts';
import { ownerOf, requireChange, requireOwner } from '../owner.ts';
import { requireProvider } from '../providers/known-provider.ts';
import { requireConnection } from '../queries.ts';
import type { ConnectionServices } from '../services.ts';
import { findTarget, type Target, type TargetInput } from '../target.ts';
import type { Intent, IntentOwner } from './intent.ts';
import { requestMs, sealRequest } from './requests.ts';
import { remoteOf } from './remote-of.ts';

export interface BeginOptions {
  readonly agentId?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Begun {
  readonly requestId: string;
  readonly authorizeUrl: string;
}

/** Where a person goes on with a request. */
export function requestUrl({ server }: Pick<ConnectionServices, 'server'>, id: string): string {
  return `${server.urls.base}/connect/requests/${id}`;
}

/**
 * Begins to connect by way of a browser: finds out what is asked for and by whom, and keeps it until
 * the member says yes on our page. Nothing is sent anywhere in a person's name before that.
 */
export async function beginConnection(
  services: ConnectionServices,
  actor: Actor,
  input: Omit<BeginConnectionInput, 'grant' | 'identity'>,
  { agentId, signal }: BeginOptions,
): Promise<Begun> {
  const { organizationId } = actor;
  const found = await withTenant(services.db, organizationId, (tx) => readInput(tx, actor, input));
  const target = await findTarget(services, { ...found.target, organizationId }, signal);
  return keep(services, actor, target, {
    owner: found.owner,
    name: input.name,
    next: input.next,
    instanceId: found.instanceId,
    agentId,
    signal,
  });
}

/** Begins to sign in anew for a connection there is, with what it had and what was asked for since. */
export async function beginReconnect(
  services: ConnectionServices,
  actor: Actor,
  input: {
    readonly connection: string;
    readonly scopes?: readonly string[] | undefined;
    readonly next?: string | undefined;
  },
  { signal }: BeginOptions,
): Promise<Begun> {
  const { organizationId } = actor;
  const { row, provider } = await withTenant(services.db, organizationId, async (tx) => {
    const connection = await requireConnection(tx, actor, input.connection);
    await requireChange(tx, actor, ownerOf(connection));
    return {
      row: connection,
      provider:
        connection.provider === null
          ? undefined
          : await requireProvider(tx, connection.provider).catch(() => undefined),
    };
  });
  if (row.grant_type !== 'authorization_code') {
    throw new AppError(
      'conflict',
      'No person signs in for this connection: it obtains its tokens by itself. Remove it and make a new one.',
    );
  }
  const target = await findTarget(
    services,
    {
      organizationId,
      provider,
      resource: row.resource ?? undefined,
      scopes: input.scopes === undefined ? undefined : [...input.scopes],
      held: [...row.scopes, ...row.wanted_scopes],
      allowPrivateNetwork: row.allow_private_network,
    },
    signal,
  );
  if (target.server.issuer !== row.issuer) {
    throw new AppError(
      'conflict',
      'Another authorization server than before stands behind this now. Remove the connection and make a new one, if that is as it should be.',
      { details: { reason: 'issuer_changed' } },
    );
  }
  return keep(services, actor, target, {
    owner: ownerOf(row),
    name: row.name,
    next: input.next,
    connectionId: row.id,
    forgottenClient: row.reason === 'client_unknown' ? row.oauth_client_id : undefined,
    signal,
  });
}

interface Keeping {
  readonly owner: IntentOwner;
  readonly name: string | undefined;
  readonly next: string | undefined;
  readonly connectionId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly forgottenClient?: string | undefined;
  readonly signal: AbortSignal;
}

async function keep(
  services: ConnectionServices,
  actor: Actor,
  target: Target,
  { forgottenClient, signal, ...rest }: Keeping,
): Promise<Begun> {
  const { organizationId, memberId } = actor;
  const { server, provider, allowPrivateNetwork } = target;
  await using network = await openNetwork({ allowPrivateNetwork, clock: services.clock, signal });
  const { rowId } = await chooseClient(services, actor, {
    server,
    providerId: provider?.row?.id,
    providerTitle: provider?.title ?? target.title,
    network,
    forgotten: forgottenClient,
  });
  const intent: Intent = {
    owner: rest.owner,
    name: rest.name,
    title: target.title,
    provider: provider?.slug,
    resource: target.resource,
    resourceParameter: target.resourceParameter,
    server: { ...server },
    clientRowId: rowId,
    scopes: [...target.scopes],
    dpopAlgorithms: target.dpopAlgorithms && [...target.dpopAlgorithms],
    allowPrivateNetwork,
    connectionId: rest.connectionId,
    instanceId: rest.instanceId,
    agentId: rest.agentId,
    next: rest.next,
  };
  const id = newId();
  const sealed = await sealRequest(services, { organizationId, id }, { intent });
  await withTenant(services.db, organizationId, (tx) =>
    tx
      .insertInto('authorization_requests')
      .values({
        id,
        organization_id: organizationId,
        member_id: memberId,
        sealed,
        connection_id: rest.connectionId ?? null,
        expires_at: new Date(services.clock() + requestMs),
      })
      .execute(),
  );
  return { requestId: id, authorizeUrl: requestUrl(services, id) };
}

interface Found {
  readonly owner: IntentOwner;
  readonly instanceId: string | undefined;
  readonly target: Omit<TargetInput, 'organizationId'>;
}

/** What a request to connect is about, if this member may make it. */
export async function readInput(
  tx: TenantDb,
  actor: Actor,
  input: Omit<BeginConnectionInput, 'grant' | 'identity' | 'next' | 'name'>,
): Promise<Found> {
  const owner = await requireOwner(tx, actor, input.owner);
  if (input.allowPrivateNetwork === true) requirePermission(actor, 'provider.manage');
  const provider =
    input.provider === undefined ? undefined : await requireProvider(tx, input.provider);
  const instance =
    input.instance === undefined ? undefined : await selectInstance(tx, input.instance);
  if (input.instance !== undefined && !instance) throw noSuch('instance', input.instance);
  const remote = instance && remoteOf(instance.launch);
  const resource = input.resource ?? remote?.url;
  if (resource === undefined && provider === undefined) {
    throw new AppError(
      'invalid_input',
      `"${input.instance}" runs here and names no server to sign in at. Say which provider its account is of.`,
    );
  }
  if (input.resource !== undefined) await requireResource(tx, actor, input.resource);
  return {
    owner,
    instanceId: instance?.id,
    target: {
      provider,
      resource: resource === undefined ? undefined : canonical(resource),
      scopes: input.scopes,
      // What an admin allowed an instance, signing in for it may use as well.
      allowPrivateNetwork:
        input.allowPrivateNetwork === true ||
        (input.resource === undefined && remote?.allowPrivateNetwork === true),
    },
  };
}

/** Members connect to what is installed here; only who may install sends Plugboard anywhere else. */
async function requireResource(tx: TenantDb, actor: Actor, resource: string): Promise<void> {
  if (can(actor, 'connection.connect_shared', actor)) return;
  const instances = await tx.selectFrom('instances').select('launch').execute();
  const wanted = canonical(resource);
  const isHere = instances.some(({ launch }) => {
    const url = remoteOf(launch)?.url;
    return url !== undefined && canonical(url) === wanted;
  });
  if (isHere) return;
  throw new AppError(
    'forbidden',
    'Members connect to servers that are installed here. Ask an owner or admin to add this one.',
    { details: { reason: 'not_installed' } },
  );
}

/** The form in which addresses are compared. */
function canonical(url: string): string {
  return new URL(url).href;
}
