import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';

import { AppError } from '@plugboard/contracts';
import { type Kysely, sql } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';
import { type ChangeServices, commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { requireSsoProvider } from './provider-row.ts';

export type LookUpTxt = (name: string) => Promise<readonly (readonly string[])[]>;

interface DomainInput {
  readonly provider: string;
  readonly domain: string;
}

const recordLabel = '_plugboard-sso';

export function recordName(domain: string): string {
  return `${recordLabel}.${domain}`;
}

export function recordValue(token: string): string {
  return `plugboard-sso=${token}`;
}

export async function insertDomain(
  tx: TenantDb,
  {
    organizationId,
    providerId,
    domain,
  }: { organizationId: string; providerId: string; domain: string },
): Promise<void> {
  const made = await tx
    .insertInto('sso_domains')
    .values({
      organization_id: organizationId,
      domain,
      provider_id: providerId,
      token: randomBytes(24).toString('base64url'),
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'domain']).doNothing())
    .returning('domain')
    .executeTakeFirst();
  if (made) return;
  throw new AppError(
    'conflict',
    `${domain} is another provider's already. Take it from that one first.`,
  );
}

export async function addDomain(
  services: ChangeServices,
  actor: Actor,
  { provider, domain }: DomainInput,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  const { organizationId } = actor;
  await commitChange(services, actor, async (tx) => {
    const row = await requireSsoProvider(tx, provider);
    await insertDomain(tx, { organizationId, providerId: row.id, domain });
    return {
      result: undefined,
      record: { kind: 'sso.domain_added', change: { provider, domain } },
      events: [],
    };
  });
}

/**
 * Proves that a domain is the organization's: by a TXT record that holds what was made for it, or by the
 * word of an owner of the installation's first organization, for that one.
 */
export async function proveDomain(
  services: ChangeServices,
  actor: Actor,
  { provider, domain, confirm }: DomainInput & { readonly confirm: boolean },
  lookUp: LookUpTxt = lookUpTxt,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  const { organizationId } = actor;
  if (confirm) {
    requirePermission(actor, 'sso.manage_as_owner');
    const [first] = await listOrganizationIds(services.db);
    if (first !== organizationId) {
      throw new AppError(
        'forbidden',
        'Only the first organization of an installation confirms domains. Use the DNS record.',
      );
    }
  } else {
    const row = await withTenant(services.db, organizationId, (tx) =>
      requireDomain(tx, { provider, domain }),
    );
    if (!(await hasRecord(lookUp, domain, row.token))) {
      throw new AppError(
        'conflict',
        `There is no TXT record ${recordName(domain)} with ${recordValue(row.token)} yet. New records may take an hour to show.`,
        { details: { reason: 'no_record' } },
      );
    }
  }
  await commitChange(services, actor, async (tx) => {
    const row = await requireDomain(tx, { provider, domain });
    if (row.verified_at !== null) return undefined;
    const by = confirm ? 'owner' : 'dns';
    try {
      await tx
        .updateTable('sso_domains')
        .set({ verified_at: new Date(services.clock()), verified_by: by })
        .where('domain', '=', domain)
        .execute();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError(
        'conflict',
        `${domain} was proved by another organization of this installation.`,
      );
    }
    return {
      result: undefined,
      record: { kind: 'sso.domain_proved', change: { provider, domain, by } },
      events: [],
    };
  });
}

export async function removeDomain(
  services: ChangeServices,
  actor: Actor,
  { provider, domain }: DomainInput,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  await commitChange(services, actor, async (tx) => {
    await requireDomain(tx, { provider, domain });
    await tx.deleteFrom('sso_domains').where('domain', '=', domain).execute();
    return {
      result: undefined,
      record: { kind: 'sso.domain_removed', change: { provider, domain } },
      events: [],
    };
  });
}

export interface SignInPlace {
  readonly organizationId: string;
  readonly providerId: string;
  readonly title: string;
}

/** By which provider somebody with an address of a domain signs in. */
export async function findProviderOf(
  db: Kysely<Database>,
  domain: string,
): Promise<SignInPlace | undefined> {
  const found = await db.transaction().execute(async (tx) => {
    await sql`select set_config('plugboard.sso_domain', ${domain}, true)`.execute(tx);
    return tx
      .selectFrom('sso_domains')
      .select(['organization_id', 'provider_id'])
      .where('domain', '=', domain)
      .executeTakeFirst();
  });
  if (!found) return undefined;
  const { organization_id: organizationId, provider_id: providerId } = found;
  const row = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('sso_providers')
      .select('title')
      .where('id', '=', providerId)
      .where('enabled', '=', true)
      .executeTakeFirst(),
  );
  return row && { organizationId, providerId, title: row.title };
}

async function requireDomain(tx: TenantDb, { provider, domain }: DomainInput) {
  const { id } = await requireSsoProvider(tx, provider);
  const row = await tx
    .selectFrom('sso_domains')
    .selectAll()
    .where('domain', '=', domain)
    .where('provider_id', '=', id)
    .executeTakeFirst();
  if (row) return row;
  throw new AppError('not_found', `${provider} has no domain ${domain}. Add it first.`);
}

async function hasRecord(lookUp: LookUpTxt, domain: string, token: string): Promise<boolean> {
  try {
    const records = await lookUp(recordName(domain));
    return records.some((parts) => parts.join('').trim() === recordValue(token));
  } catch {
    return false;
  }
}

function lookUpTxt(name: string): Promise<readonly (readonly string[])[]> {
  return new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name);
}

function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
}
