import { AppError, newId } from '@plugboard/contracts';
import type { ConnectionGrant } from '@plugboard/contracts/api';
import type { TokenSet } from '@plugboard/oauth';

import { type Author, commitChange } from '../../change.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Account } from '../account.ts';
import { bindInstance } from '../bind-instance.ts';
import { lockConnection, selectConnectionById } from '../queries.ts';
import { databaseNow, later } from '../refresh/connection-state.ts';
import { tokenFields } from '../refresh/token-fields.ts';
import { renewAfterMs } from '../refresh/token-times.ts';
import type { ConnectionServices } from '../services.ts';
import type { Intent } from './intent.ts';
import { endRequest } from './requests.ts';

export interface NewConnection {
  readonly intent: Intent;
  readonly tokens: TokenSet;
  readonly account: Account | undefined;
  readonly grant: ConnectionGrant;
  /** Agents that the member permitted with it. */
  readonly permitted: readonly string[];
  /** The connection to the identity provider, for an ID-JAG. */
  readonly identityId?: string | undefined;
  readonly requestId: string | undefined;
}

/**
 * Keeps what was obtained: as a new connection, or as the next version of the one that is renewed,
 * which keeps its id and all that it fills. Resolves with its id.
 */
export async function storeConnection(
  services: ConnectionServices,
  author: Author,
  connection: NewConnection,
): Promise<string> {
  const { organizationId } = author;
  const { intent, requestId } = connection;
  return commitChange(services, author, async (db) => {
    const id =
      intent.connectionId === undefined
        ? await insert(services, db, author, connection)
        : await renew(services, db, author, connection, intent.connectionId);
    if (connection.permitted.length > 0) await permit(db, author, id, connection.permitted);
    const bound =
      intent.instanceId === undefined
        ? []
        : await bindInstance(db, {
            organizationId,
            instanceId: intent.instanceId,
            credentialId: id,
            owner: intent.owner,
          });
    if (requestId !== undefined) {
      const at = new Date(services.clock());
      if (!(await endRequest(db, requestId, { at, connectionId: id }))) {
        throw new AppError('conflict', 'This sign-in has ended. Begin again.');
      }
    }
    return {
      result: id,
      record: {
        kind: intent.connectionId === undefined ? 'connection.connected' : 'connection.renewed',
        ...(intent.instanceId !== undefined && { instanceId: intent.instanceId }),
        change: {
          id,
          issuer: intent.server.issuer,
          ...(intent.provider !== undefined && { provider: intent.provider }),
          ...(intent.resource !== undefined && { resource: intent.resource }),
          owner: intent.owner,
          grant: connection.grant,
          scopes: connection.tokens.scopes,
          ...(connection.account && { account: connection.account.name }),
          agents: connection.permitted,
        },
      },
      events: [
        { kind: 'connection', organizationId, connectionId: id },
        ...bound,
        ...connection.permitted.map((agentId) => ({
          kind: 'access' as const,
          organizationId,
          agentId,
        })),
      ],
    };
  });
}

async function insert(
  services: ConnectionServices,
  db: TenantDb,
  { organizationId, memberId }: Author,
  { intent, tokens, account, grant, identityId }: NewConnection,
): Promise<string> {
  const id = newId();
  const { owner } = intent;
  await services.vault.insert(db, {
    id,
    organizationId,
    owner,
    kind: 'oauth',
    provider: intent.provider,
    name: await freeName(db, intent, account, organizationId),
    facts: factsOf(account),
    fields: tokenFields(tokens),
    memberId,
  });
  await db
    .insertInto('connections')
    .values({
      id,
      organization_id: organizationId,
      credential_id: id,
      provider: intent.provider ?? null,
      issuer: intent.server.issuer,
      server: JSON.stringify(intent.server),
      resource: intent.resource ?? null,
      oauth_client_id: intent.clientRowId,
      grant_type: grant,
      identity_id: identityId ?? null,
      allow_private_network: intent.allowPrivateNetwork,
      state: 'connected',
      ...statusOf(services, tokens, account, grant),
    })
    .execute();
  return id;
}

async function renew(
  services: ConnectionServices,
  db: TenantDb,
  { organizationId, memberId }: Author,
  { intent, tokens, account }: NewConnection,
  id: string,
): Promise<string> {
  await lockConnection(db, id);
  const row = await selectConnectionById(db, id);
  if (!row) throw new AppError('conflict', 'The connection was removed meanwhile.');
  const before = accountOf(row.account);
  if (before && account && before.id !== account.id) {
    throw new AppError('conflict', 'Another account than before.', {
      details: { reason: 'other_account' },
    });
  }
  await services.vault.replace(db, {
    organizationId,
    credentialId: id,
    expectedVersion: row.version,
    fields: tokenFields(tokens),
    keep: false,
    facts: factsOf(account ?? before),
    memberId,
  });
  await db
    .updateTable('connections')
    .set({
      server: JSON.stringify(intent.server),
      oauth_client_id: intent.clientRowId,
      state: 'connected',
      reason: null,
      failures: 0,
      retry_at: null,
      blocked_calls: 0,
      wanted_scopes: [],
      ...statusOf(services, tokens, account ?? before, row.grant_type),
    })
    .where('id', '=', id)
    .execute();
  // What it vouches for is asked for again at its next use.
  await db
    .updateTable('connections')
    .set({ retry_at: null })
    .where('identity_id', '=', id)
    .execute();
  return id;
}

function factsOf(account: Account | undefined): Readonly<Record<string, unknown>> {
  return account ? { username: account.name } : {};
}

function statusOf(
  { clock }: ConnectionServices,
  { expiresAt, scopes, refreshToken }: TokenSet,
  account: Account | undefined,
  grant: ConnectionGrant,
) {
  // Only how long it lives is the node's to know: the times are the database's, as those of renewals.
  const lifetime = expiresAt === undefined ? undefined : expiresAt - clock();
  const isRenewable = refreshToken !== undefined || grant !== 'authorization_code';
  return {
    scopes: [...scopes],
    account: account ? JSON.stringify(account) : null,
    access_expires_at: lifetime === undefined ? null : later(databaseNow, lifetime),
    refresh_at:
      lifetime === undefined || !isRenewable
        ? null
        : later(databaseNow, renewAfterMs(lifetime, Math.random())),
    refreshed_at: databaseNow(),
    updated_at: databaseNow(),
  };
}

/** As `connections.account` has it. */
export function accountOf(stored: unknown): Account | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { id, name } = stored as { id?: unknown; name?: unknown };
  return typeof id === 'string' && typeof name === 'string' ? { id, name } : undefined;
}

/** As it was named; otherwise the service, with the account where that is not enough. */
async function freeName(
  db: TenantDb,
  { name, title, owner }: Intent,
  account: Account | undefined,
  organizationId: string,
): Promise<string> {
  if (name !== undefined) return name;
  const taken = new Set(
    (
      await db
        .selectFrom('credentials')
        .select('name')
        .where('destroyed_at', 'is', null)
        .where((eb) =>
          eb(
            eb.fn.coalesce('member_id', 'agent_id', 'organization_id'),
            '=',
            owner.kind === 'organization' ? organizationId : owner.id,
          ),
        )
        .execute()
    ).map((row) => row.name),
  );
  const plain = title.slice(0, 60);
  const candidates = [plain, ...(account ? [`${plain} (${account.name.slice(0, 30)})`] : [])];
  const free = candidates.find((candidate) => !taken.has(candidate));
  if (free !== undefined) return free;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${plain} ${number}`)) return `${plain} ${number}`;
  }
}

async function permit(
  db: TenantDb,
  { organizationId, memberId }: Author,
  connectionId: string,
  agentIds: readonly string[],
): Promise<void> {
  await db
    .insertInto('connection_agents')
    .values(
      agentIds.map((agentId) => ({
        organization_id: organizationId,
        connection_id: connectionId,
        agent_id: agentId,
        member_id: memberId ?? null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
