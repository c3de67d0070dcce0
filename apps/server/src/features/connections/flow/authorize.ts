import { randomBytes } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import {
  type AuthorizationServer,
  beginAuthorization,
  createDpopKey,
  type PendingAuthorization,
} from '@plugboard/oauth';

import { commitChange } from '../../change.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Actor } from '../../members/policy.ts';
import { openClient, selectClient } from '../clients/client-row.ts';
import { requireChange } from '../owner.ts';
import { type KnownProvider, requireProvider } from '../providers/known-provider.ts';
import { type ConnectionServices, redirectUri } from '../services.ts';
import type { Intent } from './intent.ts';
import { digest, openRequest, type RequestRow, sealRequest } from './requests.ts';

export interface Authorizing {
  /** At the authorization server, with a state that there was none of before. */
  readonly url: string;
  /** What this browser must bring back. */
  readonly browserSecret: string;
}

/**
 * The member said yes: what was agreed to is put on record, and only now is there a state. It is of
 * this request, this member and this browser, and of use once.
 */
export async function authorize(
  services: ConnectionServices,
  actor: Actor,
  row: RequestRow,
  permitted: readonly string[],
): Promise<Authorizing> {
  const { organizationId, memberId } = actor;
  const { intent } = await openRequest(services, row);
  const { client, provider } = await requireClient(services, actor, intent);
  const server = serverOf(intent);
  const dpopKey =
    intent.dpopAlgorithms === undefined ? undefined : await createDpopKey(intent.dpopAlgorithms);
  const { url, pending } = await beginAuthorization({
    server,
    client,
    redirectUri: redirectUri(services),
    resource: intent.resourceParameter,
    scopes: intent.scopes,
    extra: provider?.definition?.quirks.parameters ?? {},
    dpopKey,
    allowHttp: intent.allowPrivateNetwork,
  });
  const browserSecret = randomBytes(32).toString('base64url');
  const sealed = await sealRequest(
    services,
    { organizationId, id: row.id },
    {
      intent,
      pending: { ...pending },
      dpopKey: dpopKey?.reveal(),
      permitted: [...permitted],
    },
  );
  await commitChange(services, actor, async (db) => {
    const begun = await db
      .updateTable('authorization_requests')
      .set({ state_hash: digest(pending.state), browser_hash: digest(browserSecret), sealed })
      .where('id', '=', row.id)
      .where('member_id', '=', memberId)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', new Date(services.clock()))
      .returning('id')
      .executeTakeFirst();
    if (!begun) throw new AppError('conflict', 'This sign-in has ended. Begin again.');
    await db
      .insertInto('connection_consents')
      .values({
        organization_id: organizationId,
        member_id: memberId,
        issuer: server.issuer,
        client_id: client.clientId,
        redirect_uri: redirectUri(services),
        scopes: intent.scopes,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'member_id', 'issuer', 'client_id', 'redirect_uri'])
          .doUpdateSet({ scopes: intent.scopes, created_at: new Date(services.clock()) }),
      )
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'connection.consented',
        change: {
          requestId: row.id,
          issuer: server.issuer,
          clientId: client.clientId,
          redirectUri: redirectUri(services),
          ...(intent.resource !== undefined && { resource: intent.resource }),
          scopes: intent.scopes,
          owner: intent.owner,
          agents: [...permitted],
        },
      },
      events: [],
    };
  });
  return { url: withScopes(url, intent.scopes, provider), browserSecret };
}

export function serverOf(intent: Pick<Intent, 'server'>): AuthorizationServer {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by us as one
  return intent.server as unknown as AuthorizationServer;
}

export function pendingOf(pending: object): PendingAuthorization {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by us as one
  return pending as PendingAuthorization;
}

/** The client and the service of an authorization, for a member who may still connect for its owner. */
export async function requireClient(services: ConnectionServices, actor: Actor, intent: Intent) {
  return withTenant(services.db, actor.organizationId, async (tx) => {
    await requireChange(tx, actor, intent.owner);
    const clientRow = await selectClient(tx, intent.clientRowId);
    if (!clientRow) throw new AppError('conflict', 'The client is gone. Begin again.');
    return {
      client: await openClient(services, clientRow),
      provider: await providerOf(tx, intent),
    };
  });
}

/** Undefined for a server that nothing is known of, or whose provider was removed meanwhile. */
export async function providerOf(
  tx: Parameters<typeof requireProvider>[0],
  { provider }: Pick<Intent, 'provider'>,
): Promise<KnownProvider | undefined> {
  if (provider === undefined) return undefined;
  return requireProvider(tx, provider).catch(() => undefined);
}

/** Some services want other separators than the RFC's. */
function withScopes(
  text: string,
  scopes: readonly string[],
  provider: KnownProvider | undefined,
): string {
  const separator = provider?.definition?.quirks.scopeSeparator;
  if (separator === undefined || scopes.length === 0) return text;
  const url = new URL(text);
  url.searchParams.set('scope', scopes.join(separator));
  return url.href;
}
