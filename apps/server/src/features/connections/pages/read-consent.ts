import { AppError, idPattern } from '@plugboard/contracts';

import { withTenant } from '../../../store/tenant.ts';
import type { Actor } from '../../members/policy.ts';
import type { SignedIn } from '../../people/people.ts';
import { selectClient } from '../clients/client-row.ts';
import { providerOf, serverOf } from '../flow/authorize.ts';
import { actorIn } from '../flow/callback.ts';
import { openRequest, type RequestRow, selectRequest } from '../flow/requests.ts';
import { recordRefusal } from '../refusals.ts';
import { type ConnectionServices, redirectUri } from '../services.ts';
import type { ConsentView } from './consent-page.ts';

/**
 * The request of somebody signed in, in whichever of their organizations it is. One of another member
 * is refused, and answered as if there were none.
 */
export async function findRequest(
  services: ConnectionServices,
  signedIn: SignedIn,
  id: string,
): Promise<{ readonly row: RequestRow; readonly actor: Actor }> {
  for (const { organizationId } of idPattern.test(id) ? signedIn.memberships : []) {
    const row = await withTenant(services.db, organizationId, (tx) => selectRequest(tx, id));
    const actor = actorIn(signedIn, organizationId);
    if (!row || !actor) continue;
    if (row.member_id === actor.memberId) return { row, actor };
    await recordRefusal(services, actor, { reason: 'other_member', requestId: row.id });
  }
  throw new AppError(
    'not_found',
    'You have no such sign-in under way. Begin again where you came from, signed in as yourself.',
  );
}

/** What the consent page shows of a request. */
export async function readConsent(
  services: ConnectionServices,
  signedIn: SignedIn,
  actor: Actor,
  row: RequestRow,
): Promise<Omit<ConsentView, 'action' | 'csrf'> & { readonly formTargets: readonly string[] }> {
  const { organizationId, memberId } = actor;
  const { intent } = await openRequest(services, row);
  const target = serverOf(intent).metadata.authorization_endpoint;
  return withTenant(services.db, organizationId, async (tx) => {
    const client = await selectClient(tx, intent.clientRowId);
    if (!client) throw new AppError('conflict', 'The client is gone. Begin again.');
    const agents = await tx
      .selectFrom('agents')
      .where('revoked_at', 'is', null)
      .where((eb) =>
        eb.or([
          eb('member_id', '=', memberId),
          ...(intent.agentId === undefined ? [] : [eb('id', '=', intent.agentId)]),
        ]),
      )
      .select(['id', 'slug'])
      .orderBy('slug')
      .execute();
    const consent = await tx
      .selectFrom('connection_consents')
      .where('member_id', '=', memberId)
      .where('issuer', '=', intent.server.issuer)
      .where('client_id', '=', client.client_id)
      .where('redirect_uri', '=', redirectUri(services))
      .select('created_at')
      .executeTakeFirst();
    const { owner } = intent;
    const owning =
      owner.kind === 'agent'
        ? await tx.selectFrom('agents').where('id', '=', owner.id).select('slug').executeTakeFirst()
        : undefined;
    return {
      intent,
      client,
      provider: await providerOf(tx, intent),
      ownerName: owning?.slug ?? signedIn.name,
      organizationName:
        signedIn.memberships.find((one) => one.organizationId === organizationId)
          ?.organizationName ?? '',
      redirectUri: redirectUri(services),
      agents: agents.map((agent) => ({ ...agent, waits: agent.id === intent.agentId })),
      consentedAt: consent?.created_at,
      // The service may send on to others of its hosts, which some browsers hold to the form as well.
      formTargets:
        target === undefined
          ? []
          : target.startsWith('https:')
            ? ['https:']
            : [new URL(target).origin],
    };
  });
}
