import type { ProviderView } from '@plugboard/contracts/api';

import type { TenantDb } from '../../tenant-db.ts';
import { clientMetadata, type ClientRow } from '../clients/client-row.ts';
import { type ConnectionServices, redirectUri } from '../services.ts';
import { type KnownProvider, listKnownProviders } from './known-provider.ts';
import { selectProviderClients } from './provider-row.ts';

type Services = Pick<ConnectionServices, 'server'>;

export async function presentProviders(
  services: Services,
  db: TenantDb,
): Promise<readonly ProviderView[]> {
  const clients = await selectProviderClients(db);
  return (await listKnownProviders(db)).map((provider) =>
    presentProvider(services, provider, clients),
  );
}

/** `clients` are all that admins entered. */
export function presentProvider(
  services: Services,
  { slug, title, issuer, definition, row }: KnownProvider,
  clients: readonly ClientRow[],
): ProviderView {
  const client = clients.find(
    (one) => row !== undefined && one.provider_id === row.id && one.replaced_at === null,
  );
  const asked = row?.scopes;
  const known = definition?.scopes ?? [];
  return {
    slug,
    title,
    origin: definition && slug === definition.slug ? 'plugboard' : 'organization',
    ...(definition && { definition: definition.slug, docs: definition.docs }),
    issuer,
    scopes: [
      ...known.map((scope) => ({
        ...scope,
        usual: asked ? asked.includes(scope.name) : scope.usual,
      })),
      ...(asked ?? [])
        .filter((name) => !known.some((scope) => scope.name === name))
        .map((name) => ({ name, about: name, risk: 'write' as const, usual: true })),
    ],
    variables: (definition?.variables ?? []).map(({ name, about }) => ({
      name,
      about,
      ...(definition?.variableValues[name] !== undefined && {
        value: definition.variableValues[name],
      }),
    })),
    ...(client && {
      client: { clientId: client.client_id, authentication: authenticationOf(client) },
    }),
    // One that is only known by its issuer may register clients by itself: it is asked when connecting.
    ready: client !== undefined || definition === undefined,
    setup: (definition?.setup ?? []).map((step) =>
      step.replaceAll('{redirect_uri}', redirectUri(services)),
    ),
    redirectUri: redirectUri(services),
    allowPrivateNetwork: row?.allow_private_network ?? false,
  };
}

function authenticationOf(row: ClientRow): 'secret' | 'private_key' | 'none' {
  const { authMethod } = clientMetadata(row);
  if (authMethod === 'private_key_jwt') return 'private_key';
  return authMethod === 'none' ? 'none' : 'secret';
}
