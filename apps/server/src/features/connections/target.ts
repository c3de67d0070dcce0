import { AppError } from '@plugboard/contracts';
import {
  type AuthorizationServer,
  chooseScopes,
  discover,
  discoverAuthorizationServer,
  mergeScopes,
} from '@plugboard/oauth';
import { describedServer } from '@plugboard/oauth';

import { withTenant } from '../../store/tenant.ts';
import { type ConnectionNetwork, openNetwork } from './network.ts';
import { probe } from './probe.ts';
import { type KnownProvider, providerByIssuer } from './providers/known-provider.ts';
import type { ConnectionServices } from './services.ts';

export interface TargetInput {
  readonly organizationId: string;
  readonly provider: KnownProvider | undefined;
  readonly resource: string | undefined;
  /** Asked for by a person; what the server or the provider says otherwise. */
  readonly scopes: readonly string[] | undefined;
  /** What a connection that is renewed has and was asked for. */
  readonly held?: readonly string[];
  readonly allowPrivateNetwork: boolean;
}

/** What a connection will be to. */
export interface Target {
  readonly server: AuthorizationServer;
  readonly provider: KnownProvider | undefined;
  /** What its tokens are for; where the provider takes no `resource`, for our own eyes. */
  readonly resource: string | undefined;
  /** To be sent as `resource` (RFC 8707). */
  readonly resourceParameter: string | undefined;
  readonly scopes: readonly string[];
  readonly title: string;
  readonly allowPrivateNetwork: boolean;
  readonly dpopAlgorithms: readonly string[] | undefined;
}

/** Finds the authorization server of a resource or a provider, and what to ask of it. */
export async function findTarget(
  services: ConnectionServices,
  input: TargetInput,
  signal: AbortSignal,
): Promise<Target> {
  const { provider, held = [] } = input;
  const allowPrivateNetwork =
    input.allowPrivateNetwork || provider?.row?.allow_private_network === true;
  await using network = await openNetwork({ allowPrivateNetwork, clock: services.clock, signal });
  const target =
    provider === undefined
      ? await fromResource(services, input, network)
      : await fromProvider(provider, input, network);
  const scopes = held.length > 0 ? mergeScopes(held, target.scopes) : target.scopes;
  return { ...target, scopes, allowPrivateNetwork };
}

async function fromProvider(
  provider: KnownProvider,
  { resource, scopes, held = [] }: TargetInput,
  network: ConnectionNetwork,
): Promise<Omit<Target, 'allowPrivateNetwork'>> {
  const { definition, row, issuer } = provider;
  const server =
    (definition && describedServer(definition)) ??
    (await discoverAuthorizationServer({ ...network.oauth, issuer }));
  const usual = definition?.scopes.filter((scope) => scope.usual).map(({ name }) => name);
  const asked = scopes ?? (held.length > 0 ? [] : (row?.scopes ?? usual ?? usualOf(server)));
  return {
    server,
    provider,
    resource,
    resourceParameter: definition?.quirks.resource === 'rejected' ? undefined : resource,
    scopes: asked,
    title: provider.title,
    dpopAlgorithms: undefined,
  };
}

/** Of an OpenID provider that nothing else is known of: who it is, and to stay connected. */
function usualOf({ metadata }: AuthorizationServer): readonly string[] {
  const supported = metadata.scopes_supported ?? [];
  return ['openid', 'email', 'offline_access'].filter((scope) => supported.includes(scope));
}

async function fromResource(
  services: ConnectionServices,
  { organizationId, resource: url, scopes, held = [] }: TargetInput,
  network: ConnectionNetwork,
): Promise<Omit<Target, 'allowPrivateNetwork'>> {
  if (url === undefined) throw new AppError('invalid_input', 'Say what to connect to.');
  const { isOpen, challenge } = await probe(url, network);
  const { resource, server } = await discover({ ...network.oauth, resource: url, challenge });
  if (isOpen && !resource.described) {
    throw new AppError(
      'conflict',
      `${url} answers without a sign-in: there is nothing to connect.`,
      {
        details: { reason: 'no_sign_in_wanted' },
      },
    );
  }
  const provider = await withTenant(services.db, organizationId, (tx) =>
    providerByIssuer(tx, server.issuer),
  );
  return {
    server,
    provider,
    resource: resource.resource,
    resourceParameter:
      provider?.definition?.quirks.resource === 'rejected' ? undefined : resource.resource,
    scopes: scopes ?? chooseScopes({ challenge, resource, server, held }),
    title: resource.name ?? new URL(url).host,
    dpopAlgorithms: resource.dpopRequired
      ? (resource.dpopAlgorithms ?? server.metadata.dpop_signing_alg_values_supported ?? ['ES256'])
      : undefined,
  };
}
