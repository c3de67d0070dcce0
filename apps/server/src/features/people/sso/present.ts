import { createHash, X509Certificate } from 'node:crypto';

import type { SsoProviderView } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { recordName, recordValue } from './domains.ts';
import { oidcSettings, roleRules, samlSettings, type SsoProviderRow } from './provider-row.ts';
import { ssoUrl } from './urls.ts';

/** Never with its secret. */
export async function presentSsoProvider(
  services: Pick<AppServices, 'server'>,
  tx: TenantDb,
  row: SsoProviderRow,
): Promise<SsoProviderView> {
  const place = { organizationId: row.organization_id, providerId: row.id };
  const domains = await tx
    .selectFrom('sso_domains')
    .selectAll()
    .where('provider_id', '=', row.id)
    .orderBy('domain')
    .execute();
  const common = {
    provider: row.slug,
    title: row.title,
    kind: row.kind,
    enabled: row.enabled,
    ...(row.tested_at !== null && { testedAt: row.tested_at.toISOString() }),
    domains: domains.map((each) => ({
      domain: each.domain,
      state: each.verified_at === null ? ('waiting' as const) : ('proved' as const),
      ...(each.verified_by !== null && { provedBy: each.verified_by }),
      record: { name: recordName(each.domain), value: recordValue(each.token) },
    })),
    defaultRole: row.default_role,
    roleRules: roleRules(row),
    allowOwners: row.allow_owners,
    hasSecret: row.sealed_secret !== null,
  };
  if (row.kind === 'oidc') {
    const { issuer, clientId, scopes } = oidcSettings(row);
    const callbackUrl = ssoUrl(services, place, 'callback');
    return { ...common, issuer, clientId, scopes, certificates: [], callbackUrl };
  }
  const { entityId, certificates } = samlSettings(row);
  return {
    ...common,
    issuer: entityId,
    scopes: [],
    certificates: certificates.map((each) =>
      createHash('sha256').update(new X509Certificate(each).raw).digest('hex'),
    ),
    callbackUrl: ssoUrl(services, place, 'acs'),
    metadataUrl: ssoUrl(services, place, 'metadata'),
  };
}
