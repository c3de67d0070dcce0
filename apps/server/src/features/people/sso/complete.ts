import type { Context } from 'hono';
import { html } from 'hono/html';

import type { AppServices } from '../../../app/services.ts';
import { answerPage } from '../../../pages/answer-page.ts';
import { isAppError } from '@plugboard/contracts';

import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import { clientAddress } from '../limits/client-address.ts';
import { localPath } from '../next-path.ts';
import { authHeaders, passCookies, problem } from '../pages/page-context.ts';
import { sessionTokenOf } from '../session-cookie.ts';
import { admit, requireAddress, roleOf } from './admit.ts';
import type { Purpose } from './attempts.ts';
import type { SsoPerson } from './person.ts';
import type { SsoProviderRow } from './provider-row.ts';
import { refusal } from './refusal.ts';

/** What an answer that was checked leads to: a session, or for a test a page that shows it. */
export async function complete(
  c: Context,
  services: AppServices,
  row: SsoProviderRow,
  answer: { readonly purpose: Purpose; readonly person: SsoPerson; readonly next: unknown },
): Promise<Response> {
  if (answer.purpose === 'test') return showTest(c, services, row, answer.person);
  if (!row.enabled) throw refusal('sso_disabled', 'Nobody signs in by this provider now.');
  const { userId, memberId } = await admit(services, row, answer.person);
  const { people, db } = services;
  const before = await sessionTokenOf(c.req.raw.headers, people.cookiePrefix, () =>
    people.sessionKey(),
  );
  if (before !== undefined) {
    await db.deleteFrom('user_sessions').where('token', '=', before).execute();
  }
  const auth = await people.auth();
  const organizationId = row.organization_id;
  const response = await auth.api.openSsoSession({
    body: { userId, organizationId, providerId: row.id },
    headers: authHeaders(c, services, { session: false }),
    asResponse: true,
  });
  passCookies(c, response);
  await withTenant(db, organizationId, (tx) =>
    services.audit.appendWithin(tx, organizationId, {
      kind: 'sign_in.done',
      at: services.clock(),
      memberId,
      change: {
        method: 'sso',
        provider: row.slug,
        address: clientAddress(c, services.server.trustedProxies),
      },
    }),
  );
  return c.redirect(localPath(answer.next), 303);
}

async function showTest(
  c: Context,
  services: AppServices,
  row: SsoProviderRow,
  person: SsoPerson,
): Promise<Response> {
  let message: string | undefined;
  let role: string | undefined;
  try {
    await requireAddress(services, row, person);
    role = roleOf(row, person) ?? 'none: this person would not be let in';
  } catch (error) {
    if (!isAppError(error, 'forbidden')) throw error;
    ({ message } = error);
  }
  const succeeded = message === undefined;
  await commitChange(services, { organizationId: row.organization_id }, async (tx) => {
    if (succeeded) {
      await tx
        .updateTable('sso_providers')
        .set({ tested_at: new Date(services.clock()) })
        .where('id', '=', row.id)
        .execute();
    }
    return {
      result: undefined,
      record: { kind: 'sso.provider_tested', change: { provider: row.slug, succeeded } },
      events: [],
    };
  });
  return answerPage(c, {
    title: succeeded ? 'The provider works' : 'The provider answered, and would be refused',
    body: html`${problem(message)}
      <p>Nobody was signed in. This is what ${row.title} said:</p>
      <dl>
        <dt>E-mail address</dt>
        <dd>${person.email ?? 'none'}, ${person.emailVerified ? 'verified' : 'not verified'}</dd>
        <dt>Role</dt>
        <dd>${role ?? 'none'}</dd>
        <dt>Groups</dt>
        <dd>${person.groups.join(', ') || 'none'}</dd>
      </dl>
      <pre>${JSON.stringify(person.claims, null, 2)}</pre>`,
  });
}
