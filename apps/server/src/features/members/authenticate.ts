import { AppError } from '@plugboard/contracts';
import { parseToken } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { isSameOrigin } from '../../pages/same-origin.ts';
import { withTenant } from '../../store/tenant.ts';
import type { ReadSessionOptions } from '../people/people.ts';
import type { Actor } from './policy.ts';

type Services = Pick<AppServices, 'db' | 'clock' | 'people' | 'refusedRequests' | 'server'>;

/** Names the organization that a browser acts in; without it the one of its session. */
export const organizationHeader = 'x-plugboard-organization';

/**
 * The headers of a request for a picture: a browser sends no header of ours with it, so its address may
 * name the organization. It is checked as the header is.
 */
export function headersOfPicture({ headers, url }: Pick<Request, 'headers' | 'url'>): Headers {
  const organization = new URL(url).searchParams.get('organization');
  const all = new Headers(headers);
  // What no header may hold names no organization.
  if (organization !== null && /^[\w-]{1,64}$/.test(organization)) {
    all.set(organizationHeader, organization);
  }
  return all;
}

/**
 * Who a request to the API speaks for: by its API key, or by its session when a page of ours sent it.
 * A key outranks a session. Throws `AppError('unauthenticated')` when it is nobody, `forbidden` when a
 * page of others sent it or the person is no member of the organization that it names.
 */
export async function authenticateRequest(
  services: Services,
  headers: Headers,
  { touch = true }: ReadSessionOptions = {},
): Promise<Actor> {
  const authorization = headers.get('authorization');
  if (authorization !== null || !headers.has('cookie')) {
    return authenticateMember(services, authorization ?? undefined);
  }
  const signedIn = await services.people.signedIn(headers, { touch });
  if (!signedIn) {
    throw unauthenticated(
      'The API needs a key, sent as "Authorization: Bearer pbk_…", or a session.',
    );
  }
  if (!isSameOrigin(headers, services.server.urls.base)) {
    const reason = 'cross_origin';
    await services.refusedRequests.report({ kind: 'api.refused', reason, signedIn });
    throw new AppError(
      'forbidden',
      'With a session the API is for pages of Plugboard alone. Use an API key.',
      { details: { reason } },
    );
  }
  const organizationId = headers.get(organizationHeader) ?? signedIn.activeOrganizationId;
  const membership = signedIn.memberships.find((each) => each.organizationId === organizationId);
  if (!membership) {
    const withheld = signedIn.withheld.find(
      (each) => organizationId === undefined || each.organizationId === organizationId,
    );
    throw new AppError('forbidden', whyWithheld(withheld?.wants), {
      details: { reason: withheld?.wants ?? 'no_member' },
    });
  }
  const { memberId, role } = membership;
  const { userId, sessionId } = signedIn;
  return { organizationId: membership.organizationId, memberId, role, userId, sessionId };
}

function whyWithheld(wants: 'second_factor' | 'sso' | undefined): string {
  if (wants === 'sso')
    return 'This organization wants you to sign in by its own identity provider.';
  return wants === 'second_factor'
    ? 'This organization wants a second factor. Set one up at /account, or sign in with a passkey.'
    : 'You are no member of this organization.';
}

/** Who an API key speaks for. Throws `AppError('unauthenticated')` when it is nobody. */
export async function authenticateMember(
  { db, clock }: Pick<AppServices, 'db' | 'clock'>,
  authorization: string | undefined,
): Promise<Actor> {
  if (authorization === undefined) {
    throw unauthenticated('The API needs a key, sent as "Authorization: Bearer pbk_…".');
  }
  const [, text] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const key = text === undefined ? undefined : parseToken(text);
  if (key?.kind === 'agent') {
    throw unauthenticated(
      "This is an agent's token, which opens the MCP endpoints only. The API needs a member's key (pbk_…).",
    );
  }
  if (key === undefined) {
    throw unauthenticated('This is not an API key. One begins with pbk_ and has 74 characters.');
  }
  const row = await withTenant(db, key.organizationId, (tx) =>
    tx
      .selectFrom('api_keys')
      .innerJoin('members', 'members.id', 'api_keys.member_id')
      .where('api_keys.hash', '=', key.hash)
      .select(['members.id', 'members.role', 'members.user_id', 'members.suspended_at'])
      .select(['api_keys.expires_at', 'api_keys.revoked_at'])
      .executeTakeFirst(),
  );
  const expired = row?.expires_at != null && row.expires_at.getTime() <= clock();
  if (!row || row.revoked_at !== null || row.suspended_at !== null || expired) {
    throw unauthenticated('This API key is unknown, expired or revoked, or its member suspended.');
  }
  return {
    organizationId: key.organizationId,
    memberId: row.id,
    role: row.role,
    ...(row.user_id !== null && { userId: row.user_id }),
  };
}

function unauthenticated(message: string): AppError {
  return new AppError('unauthenticated', message);
}
