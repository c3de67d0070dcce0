import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { newId } from '@plugboard/contracts';
import { Secret, sealSecret } from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import { openInline } from '../../keys/open-inline.ts';
import { refusal } from './refusal.ts';

export type AttemptRow = Selectable<Database['sso_attempts']>;
export type Purpose = AttemptRow['purpose'];

type Services = Pick<AppServices, 'db' | 'keyring' | 'clock'>;

export const attemptMs = 10 * 60_000;

export interface NewAttempt {
  readonly organizationId: string;
  readonly providerId: string;
  readonly purpose: Purpose;
  /** What the provider has to send back. */
  readonly request: string;
  /** The cookie of the browser; undefined for a link that any browser may open first. */
  readonly browser: string | undefined;
  readonly content: unknown;
}

/** Remembers a sign-in under way, sealed. Those that are over are swept on the way. */
export async function keepAttempt(services: Services, attempt: NewAttempt): Promise<Date> {
  const { organizationId } = attempt;
  const id = newId();
  const now = services.clock();
  const expiresAt = new Date(now + attemptMs);
  const sealed = await seal(services, organizationId, id, attempt.content);
  await withTenant(services.db, organizationId, async (tx) => {
    await tx
      .deleteFrom('sso_attempts')
      .where('expires_at', '<', new Date(now - attemptMs))
      .execute();
    await tx
      .insertInto('sso_attempts')
      .values({
        organization_id: organizationId,
        id,
        provider_id: attempt.providerId,
        purpose: attempt.purpose,
        request_hash: hashOf(attempt.request),
        browser_hash: attempt.browser === undefined ? null : hashOf(attempt.browser),
        sealed,
        expires_at: expiresAt,
      })
      .execute();
  });
  return expiresAt;
}

export interface TakeInput {
  readonly organizationId: string;
  readonly providerId: string;
  readonly request: string;
  /** Where the browser is known by its cookie already; a form that another site sends brings none. */
  readonly browser?: string | undefined;
  readonly needsBrowser: boolean;
}

/** The attempt that an answer is for, once: of two answers at once one gets it. */
export async function takeAttempt(services: Services, input: TakeInput): Promise<AttemptRow> {
  const { organizationId, providerId, request } = input;
  return withTenant(services.db, organizationId, async (tx) => {
    const row = await tx
      .selectFrom('sso_attempts')
      .selectAll()
      .where('request_hash', '=', hashOf(request))
      .where('provider_id', '=', providerId)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw refusal('sso_unknown_request', unknown);
    if (row.answered_at !== null) throw refusal('sso_replayed', unknown);
    if (row.expires_at.getTime() <= services.clock()) throw refusal('sso_too_late', unknown);
    if (input.needsBrowser) requireBrowser(row, input.browser);
    await tx
      .updateTable('sso_attempts')
      .set({ answered_at: new Date(services.clock()) })
      .where('id', '=', row.id)
      .execute();
    return row;
  });
}

/** Keeps what the provider said until the browser that began comes for it, with what is returned. */
export async function keepAnswer(
  services: Services,
  row: AttemptRow,
  content: unknown,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const sealed = await seal(services, row.organization_id, row.id, content);
  await withTenant(services.db, row.organization_id, (tx) =>
    tx
      .updateTable('sso_attempts')
      .set({ sealed, finish_hash: hashOf(token) })
      .where('id', '=', row.id)
      .execute(),
  );
  return token;
}

export async function takeAnswer(
  services: Services,
  input: Omit<TakeInput, 'request' | 'needsBrowser'> & { readonly token: string },
): Promise<AttemptRow> {
  return withTenant(services.db, input.organizationId, async (tx) => {
    const row = await tx
      .selectFrom('sso_attempts')
      .selectAll()
      .where('finish_hash', '=', hashOf(input.token))
      .where('provider_id', '=', input.providerId)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw refusal('sso_unknown_request', unknown);
    if (row.finished_at !== null) throw refusal('sso_replayed', unknown);
    if (row.expires_at.getTime() <= services.clock()) throw refusal('sso_too_late', unknown);
    requireBrowser(row, input.browser);
    await tx
      .updateTable('sso_attempts')
      .set({ finished_at: new Date(services.clock()) })
      .where('id', '=', row.id)
      .execute();
    return row;
  });
}

export async function openAttempt(services: Services, row: AttemptRow): Promise<unknown> {
  const identity = identityOf(row.organization_id, row.id);
  return JSON.parse((await openInline(services.keyring, identity, row.sealed)).reveal());
}

const unknown = 'This sign-in is unknown, over, or was used already. Begin it again.';

/** Else somebody could have others signed in as themselves. */
function requireBrowser(row: AttemptRow, cookie: string | undefined): void {
  const isSame =
    cookie !== undefined &&
    row.browser_hash !== null &&
    timingSafeEqual(row.browser_hash, hashOf(cookie));
  if (isSame) return;
  throw refusal(
    'sso_other_browser',
    'This sign-in was begun in another browser. Begin it again in this one, with cookies allowed.',
  );
}

async function seal(
  { keyring }: Services,
  organizationId: string,
  id: string,
  content: unknown,
): Promise<Buffer> {
  const key = await keyring.ownerKey(organizationId);
  return sealSecret(key, identityOf(organizationId, id), new Secret(JSON.stringify(content)));
}

function identityOf(organizationId: string, id: string) {
  return { ownerId: organizationId, instanceId: id, name: 'sso attempt' };
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
