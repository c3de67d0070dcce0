import { AppError, isAppError } from '@plugboard/contracts';
import { finishAuthorization, isOAuthFailure } from '@plugboard/oauth';
import { Secret } from '@plugboard/vault';

import { withTenant } from '../../../store/tenant.ts';
import type { SignedIn } from '../../people/people.ts';
import type { Actor } from '../../members/policy.ts';
import { openNetwork } from '../network.ts';
import { codeOf, recordRefusal } from '../refusals.ts';
import type { ConnectionServices } from '../services.ts';
import { nameAccount } from '../account.ts';
import { pendingOf, requireClient, serverOf } from './authorize.ts';
import { digest, endRequest, openRequest, type RequestRow } from './requests.ts';
import { storeConnection } from './store-connection.ts';

/** What a browser says it began, from its cookie. */
export interface BrowserClaim {
  readonly organizationId: string;
  readonly requestId: string;
  readonly secret: string;
}

export interface CallbackInput {
  readonly query: URLSearchParams;
  readonly claims: readonly BrowserClaim[];
  readonly signedIn: SignedIn | undefined;
  readonly signal: AbortSignal;
}

export type CallbackOutcome =
  | { readonly outcome: 'ended'; readonly requestId: string }
  | { readonly outcome: 'refused'; readonly reason: string };

/** Larger than any code or state that a server sends. */
const longestParameter = 8192;

/**
 * A browser came back. Its state is used up before anything else is looked at; then it must be the
 * browser that began, with the member who began signed in, who may still connect this; then what the
 * server sent is checked and traded for tokens.
 */
export async function receiveCallback(
  services: ConnectionServices,
  { query, claims, signedIn, signal }: CallbackInput,
): Promise<CallbackOutcome> {
  const state = query.get('state') ?? '';
  const found =
    isWellFormed(query) && state !== ''
      ? await takeRequest(services, state, organizationsOf(signedIn, claims))
      : undefined;
  if (!found) {
    const reason = state === '' ? 'no_state' : isWellFormed(query) ? 'unknown_state' : 'malformed';
    // A state that is nobody's is on record with whoever is signed in.
    await services.refusedRequests.report({ kind: 'connection.refused', reason, signedIn });
    return { outcome: 'refused', reason };
  }
  const { row } = found;
  const organizationId = row.organization_id;
  const refuse = async (reason: string, memberId?: string): Promise<CallbackOutcome> => {
    await withTenant(services.db, organizationId, (tx) =>
      endRequest(tx, row.id, { at: new Date(services.clock()), failure: reason }),
    );
    await recordRefusal(
      services,
      { organizationId, ...(memberId !== undefined && { memberId }) },
      { reason, requestId: row.id },
    );
    return { outcome: 'refused', reason };
  };
  const actor = actorIn(signedIn, organizationId);
  if (row.expires_at.getTime() <= services.clock()) return refuse('expired', actor?.memberId);
  if (!isSameBrowser(row, claims)) return refuse('other_browser', actor?.memberId);
  if (!signedIn) return refuse('signed_out');
  if (actor?.memberId !== row.member_id) return refuse('other_member', actor?.memberId);
  try {
    await connect(services, actor, row, query, signal);
  } catch (error) {
    if (!isAppError(error)) services.log.error({ err: error }, 'a connection could not be made');
    return await refuse(codeOf(error), actor.memberId).then(() => ({
      outcome: 'ended',
      requestId: row.id,
    }));
  }
  return { outcome: 'ended', requestId: row.id };
}

async function connect(
  services: ConnectionServices,
  actor: Actor,
  row: RequestRow,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<void> {
  const { intent, pending, dpopKey, permitted } = await openRequest(services, row);
  if (!pending) throw new AppError('conflict', 'This sign-in was not begun. Begin again.');
  const { client, provider } = await requireClient(services, actor, intent);
  const server = serverOf(intent);
  await using network = await openNetwork({
    allowPrivateNetwork: intent.allowPrivateNetwork,
    clock: services.clock,
    signal,
    provider: provider?.definition,
    tokenEndpoint: server.metadata.token_endpoint,
  });
  const tokens = await finishAuthorization({
    ...network.oauth,
    pending: pendingOf(pending),
    client,
    callback: query,
    dpopKey: dpopKey === undefined ? undefined : new Secret(dpopKey),
  }).catch(async (error: unknown) => {
    // Forgotten by the server: the next sign-in registers anew.
    if (isOAuthFailure(error, 'client')) await dropClient(services, row, intent.clientRowId);
    throw error;
  });
  const account = await nameAccount(provider, tokens, network);
  await storeConnection(services, actor, {
    intent,
    tokens,
    account,
    grant: 'authorization_code',
    permitted: permitted ?? [],
    requestId: row.id,
  });
}

/** Finds the request of a state and uses the state up, in one statement. */
async function takeRequest(
  { db }: ConnectionServices,
  state: string,
  organizationIds: readonly string[],
): Promise<{ readonly row: RequestRow } | undefined> {
  for (const organizationId of organizationIds) {
    const row = await withTenant(db, organizationId, async (tx) => {
      const before = await tx
        .selectFrom('authorization_requests')
        .selectAll()
        .where('state_hash', '=', digest(state))
        .where('ended_at', 'is', null)
        .forUpdate()
        .executeTakeFirst();
      if (!before) return undefined;
      await tx
        .updateTable('authorization_requests')
        .set({ state_hash: null })
        .where('id', '=', before.id)
        .execute();
      return before;
    });
    if (row) return { row };
  }
  return undefined;
}

function isSameBrowser(row: RequestRow, claims: readonly BrowserClaim[]): boolean {
  const claim = claims.find(({ requestId }) => requestId === row.id);
  // Of hashes, so that the time it takes tells nothing.
  return claim !== undefined && row.browser_hash?.equals(digest(claim.secret)) === true;
}

/** Each parameter of RFC 6749 and RFC 9207 once, and none without end. */
function isWellFormed(query: URLSearchParams): boolean {
  return ['state', 'code', 'iss', 'error'].every((name) => {
    const values = query.getAll(name);
    return values.length <= 1 && (values[0]?.length ?? 0) <= longestParameter;
  });
}

function organizationsOf(
  signedIn: SignedIn | undefined,
  claims: readonly BrowserClaim[],
): readonly string[] {
  return [
    ...new Set([
      ...(signedIn?.memberships.map(({ organizationId }) => organizationId) ?? []),
      ...claims.map(({ organizationId }) => organizationId),
    ]),
  ];
}

export function actorIn(signedIn: SignedIn | undefined, organizationId: string): Actor | undefined {
  const membership = signedIn?.memberships.find((one) => one.organizationId === organizationId);
  return membership && { organizationId, memberId: membership.memberId, role: membership.role };
}

async function dropClient(
  { db, clock }: ConnectionServices,
  { organization_id: organizationId }: RequestRow,
  clientRowId: string,
): Promise<void> {
  await withTenant(db, organizationId, (tx) =>
    tx
      .updateTable('oauth_clients')
      .set({ replaced_at: new Date(clock()) })
      .where('id', '=', clientRowId)
      .where('method', '=', 'dcr')
      .execute(),
  );
}
