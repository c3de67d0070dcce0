import { AppError } from '@plugboard/contracts';
import { roleSchema } from '@plugboard/contracts/api';
import type { AuthorizationServer } from '@plugboard/oauth';
import { Secret, sealSecret } from '@plugboard/vault';
import type { Selectable } from 'kysely';
import { z } from 'zod';

import type { AppServices } from '../../../app/services.ts';
import type { Database } from '../../../store/schema.ts';
import { openInline } from '../../keys/open-inline.ts';
import type { TenantDb } from '../../tenant-db.ts';

export type SsoProviderRow = Selectable<Database['sso_providers']>;

const claimsSchema = z.object({
  email: z.string().optional(),
  name: z.string().optional(),
  groups: z.string().optional(),
});

const oidcSchema = z.object({
  issuer: z.string(),
  clientId: z.string(),
  authMethod: z.enum(['none', 'client_secret_basic', 'client_secret_post']),
  scopes: z.array(z.string()),
  trustEmail: z.boolean(),
  allowPrivateNetwork: z.boolean(),
  /** As it described itself when it was added. */
  server: z.custom<AuthorizationServer>((value) => typeof value === 'object' && value !== null),
  claims: claimsSchema,
});

const samlSchema = z.object({
  entityId: z.string(),
  ssoUrl: z.string(),
  /** As PEM. */
  certificates: z.array(z.string()).min(1),
  claims: claimsSchema,
});

export type OidcSettings = z.output<typeof oidcSchema>;
export type SamlSettings = z.output<typeof samlSchema>;

const rulesSchema = z.array(z.object({ group: z.string(), role: roleSchema }));

export type RoleRules = z.output<typeof rulesSchema>;

export function oidcSettings(row: Pick<SsoProviderRow, 'settings'>): OidcSettings {
  return oidcSchema.parse(row.settings);
}

export function samlSettings(row: Pick<SsoProviderRow, 'settings'>): SamlSettings {
  return samlSchema.parse(row.settings);
}

export function roleRules(row: Pick<SsoProviderRow, 'role_rules'>): RoleRules {
  return rulesSchema.parse(row.role_rules);
}

export function selectProviderById(tx: TenantDb, id: string): Promise<SsoProviderRow | undefined> {
  return tx.selectFrom('sso_providers').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Throws `AppError('not_found')`. */
export async function requireSsoProvider(tx: TenantDb, slug: string): Promise<SsoProviderRow> {
  const row = await tx
    .selectFrom('sso_providers')
    .selectAll()
    .where('slug', '=', slug)
    .executeTakeFirst();
  if (row) return row;
  throw new AppError(
    'not_found',
    `There is no identity provider ${slug}. plugboard sso list shows those there are.`,
  );
}

export async function sealClientSecret(
  { keyring }: Pick<AppServices, 'keyring'>,
  organizationId: string,
  providerId: string,
  secret: string,
): Promise<Buffer> {
  const key = await keyring.ownerKey(organizationId);
  return sealSecret(key, identityOf(organizationId, providerId), new Secret(secret));
}

export async function openClientSecret(
  { keyring }: Pick<AppServices, 'keyring'>,
  row: SsoProviderRow,
): Promise<Secret | undefined> {
  if (row.sealed_secret === null) return undefined;
  return openInline(keyring, identityOf(row.organization_id, row.id), row.sealed_secret);
}

function identityOf(organizationId: string, providerId: string) {
  return { ownerId: organizationId, instanceId: providerId, name: 'sso client' };
}
