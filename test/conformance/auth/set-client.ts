import { createPrivateKey } from 'node:crypto';

import type { ApiClient } from '@plugboard/contracts/api';

import type { AuthContext } from './scenarios.ts';

/** Enters the client that a scenario gives, as an admin would who registered it at the issuer. */
export async function setClient(
  api: ApiClient,
  slug: string,
  server: string,
  context: AuthContext,
): Promise<void> {
  if (context.client_id === undefined) return;
  await api.providers.set({
    provider: slug,
    title: 'Conformance',
    issuer: context.issuer ?? (await issuerOf(server)),
    clientId: context.client_id,
    ...(context.client_secret !== undefined && { clientSecret: context.client_secret }),
    ...(context.private_key_pem !== undefined && { privateKey: keyOf(context) }),
    allowPrivateNetwork: true,
  });
}

function keyOf({
  private_key_pem: pem = '',
  signing_algorithm: alg = 'ES256',
}: AuthContext): string {
  return JSON.stringify({ ...createPrivateKey(pem).export({ format: 'jwk' }), alg });
}

/** What an admin reads from the documentation of a server, the scenario having none. */
async function issuerOf(server: string): Promise<string> {
  const { origin, pathname } = new URL(server);
  const answer = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
  const { authorization_servers: issuers }: { authorization_servers: string[] } = JSON.parse(
    await answer.text(),
  );
  return issuers[0] ?? '';
}
