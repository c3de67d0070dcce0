import { randomBytes } from 'node:crypto';

import { AppError, newId } from '@plugboard/contracts';
import type { AddSsoInput } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import { keepAttempt } from './attempts.ts';
import { insertDomain } from './domains.ts';
import { discoverProvider } from './oidc.ts';
import { requireSsoProvider, sealClientSecret } from './provider-row.ts';
import { readMetadata, samlFacts } from './saml/metadata.ts';
import { ssoUrl } from './urls.ts';

export type SsoServices = Pick<
  AppServices,
  'db' | 'audit' | 'clock' | 'heard' | 'keyring' | 'server'
>;

/** Adds a provider, disabled, with what it says of itself checked. */
export async function addProvider(
  services: SsoServices,
  actor: Actor,
  input: AddSsoInput,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  const makesOwners = [input.defaultRole, ...input.roleRules.map(({ role }) => role)].includes(
    'owner',
  );
  if (makesOwners && !input.allowOwners) {
    throw new AppError(
      'invalid_input',
      'A provider makes owners only where that is allowed (allowOwners).',
    );
  }
  const reachesPrivate = input.kind === 'oidc' && input.allowPrivateNetwork;
  if (input.allowOwners || reachesPrivate) requirePermission(actor, 'sso.manage_as_owner');
  const { organizationId } = actor;
  const id = newId();
  const settings = await readSettings(services, input);
  const secret = input.kind === 'oidc' ? input.clientSecret : undefined;
  const sealed =
    secret === undefined ? null : await sealClientSecret(services, organizationId, id, secret);
  const { provider, kind, domains } = input;
  await commitChange(services, actor, async (tx) => {
    const made = await tx
      .insertInto('sso_providers')
      .values({
        organization_id: organizationId,
        id,
        slug: provider,
        title: input.title ?? provider,
        kind,
        settings: JSON.stringify(settings),
        sealed_secret: sealed,
        default_role: input.defaultRole,
        role_rules: JSON.stringify(input.roleRules),
        allow_owners: input.allowOwners,
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'slug']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) throw new AppError('conflict', `There is an identity provider ${provider} already.`);
    for (const domain of new Set(domains)) {
      await insertDomain(tx, { organizationId, providerId: id, domain });
    }
    const { allowOwners, defaultRole, roleRules } = input;
    return {
      result: undefined,
      record: {
        kind: 'sso.provider_added',
        change: { id, provider, kind, domains, allowOwners, defaultRole, roleRules },
      },
      events: [],
    };
  });
}

async function readSettings(services: SsoServices, input: AddSsoInput): Promise<object> {
  const { claims } = input;
  if (input.kind === 'saml') {
    const { metadata, entityId = '', ssoUrl: url = '', certificate = '' } = input;
    const facts =
      metadata === undefined
        ? samlFacts({ entityId, ssoUrl: url, certificate })
        : readMetadata(metadata);
    return { ...facts, claims };
  }
  const { issuer, clientId, scopes, trustEmail, allowPrivateNetwork, clientSecret } = input;
  const hasSecret = clientSecret !== undefined;
  const found = await discoverProvider(services, { issuer, allowPrivateNetwork, hasSecret });
  return { issuer, clientId, scopes, trustEmail, allowPrivateNetwork, claims, ...found };
}

/** Enables a provider that was tested, or disables one; its sessions open nothing while it is. */
export async function setEnabled(
  services: SsoServices,
  actor: Actor,
  provider: string,
  enabled: boolean,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  await commitChange(services, actor, async (tx) => {
    const row = await requireSsoProvider(tx, provider);
    if (row.enabled === enabled) return undefined;
    if (enabled && row.tested_at === null) {
      throw new AppError('conflict', `Test ${provider} first: plugboard sso test ${provider}`, {
        details: { reason: 'not_tested' },
      });
    }
    await tx.updateTable('sso_providers').set({ enabled }).where('id', '=', row.id).execute();
    return {
      result: undefined,
      record: {
        kind: enabled ? 'sso.provider_enabled' : 'sso.provider_disabled',
        change: { provider },
      },
      events: [],
    };
  });
  if (!enabled) await endSessionsBy(services, actor.organizationId, provider);
}

export async function removeProvider(
  services: SsoServices,
  actor: Actor,
  provider: string,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  await endSessionsBy(services, actor.organizationId, provider);
  await commitChange(services, actor, async (tx) => {
    const row = await requireSsoProvider(tx, provider);
    await tx.deleteFrom('sso_providers').where('id', '=', row.id).execute();
    return {
      result: undefined,
      record: { kind: 'sso.provider_removed', change: { id: row.id, provider } },
      events: [],
    };
  });
}

/** Says whether people come in by a provider alone. */
export async function setRequired(
  services: SsoServices,
  actor: Actor,
  required: boolean,
): Promise<void> {
  requirePermission(actor, 'sso.manage');
  requirePermission(actor, 'sso.manage_as_owner');
  const { organizationId } = actor;
  await commitChange(services, actor, async (tx) => {
    const usable = await tx
      .selectFrom('sso_providers as p')
      .innerJoin('sso_domains as d', 'd.provider_id', 'p.id')
      .where('p.enabled', '=', true)
      .where('d.verified_at', 'is not', null)
      .select('p.id')
      .executeTakeFirst();
    if (required && !usable) {
      throw new AppError(
        'conflict',
        'Enable a provider with a proved domain first: else nobody comes in.',
      );
    }
    await tx
      .insertInto('organization_settings')
      .values({ organization_id: organizationId, sso_required: required })
      .onConflict((conflict) =>
        conflict.column('organization_id').doUpdateSet({ sso_required: required }),
      )
      .execute();
    return {
      result: undefined,
      record: { kind: 'sso.required', change: { required } },
      events: [{ kind: 'access', organizationId }],
    };
  });
}

/** A link by which a provider is tried without anybody being signed in. */
export async function makeTestLink(
  services: SsoServices,
  actor: Actor,
  provider: string,
): Promise<{ readonly url: string; readonly expiresAt: string }> {
  requirePermission(actor, 'sso.manage');
  const { organizationId } = actor;
  const row = await withTenant(services.db, organizationId, (tx) =>
    requireSsoProvider(tx, provider),
  );
  const token = randomBytes(32).toString('base64url');
  const expiresAt = await keepAttempt(services, {
    organizationId,
    providerId: row.id,
    purpose: 'test',
    request: `test ${token}`,
    browser: undefined,
    content: {},
  });
  const url = ssoUrl(services, { organizationId, providerId: row.id }, 'test');
  return { url: `${url}?token=${token}`, expiresAt: expiresAt.toISOString() };
}

/** What is left of them opened nothing already. */
async function endSessionsBy(
  { db }: SsoServices,
  organizationId: string,
  provider: string,
): Promise<void> {
  const row = await withTenant(db, organizationId, (tx) => requireSsoProvider(tx, provider));
  await db.deleteFrom('user_sessions').where('sso_provider_id', '=', row.id).execute();
}
