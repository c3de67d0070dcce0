import { z } from 'zod';

import { checkUrl } from './exchange.ts';
import type { AuthorizationServerMetadata } from './facts.ts';
import { OAuthFailure } from './failure.ts';

const word = z.string().max(500);
/** Lists say what is offered: one that is no list of words offers nothing we understand. */
const words = z.array(word).max(500).optional().catch(undefined);
const endpoint = z.string().max(2000).optional();
const flag = z.boolean().optional().catch(undefined);

/** What we use of RFC 8414, OpenID Connect Discovery, RFC 9207, RFC 9449 and CIMD; the rest is dropped. */
const schema = z.object({
  issuer: z.string().max(2000),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  registration_endpoint: endpoint,
  revocation_endpoint: endpoint,
  userinfo_endpoint: endpoint,
  jwks_uri: endpoint,
  scopes_supported: words,
  response_types_supported: words,
  grant_types_supported: words,
  token_endpoint_auth_methods_supported: words,
  token_endpoint_auth_signing_alg_values_supported: words,
  revocation_endpoint_auth_methods_supported: words,
  code_challenge_methods_supported: words,
  id_token_signing_alg_values_supported: words,
  dpop_signing_alg_values_supported: words,
  authorization_response_iss_parameter_supported: flag,
  client_id_metadata_document_supported: flag,
  require_pushed_authorization_requests: flag,
});

/** Reads metadata of an authorization server; rejects what it may not say, such as an http endpoint. */
export function readServerMetadata(json: unknown, allowHttp: boolean): AuthorizationServerMetadata {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new OAuthFailure(
      'protocol',
      'metadata_malformed',
      'The authorization server describes itself with values of the wrong kind.',
    );
  }
  const metadata = parsed.data;
  for (const address of [
    metadata.authorization_endpoint,
    metadata.token_endpoint,
    metadata.registration_endpoint,
    metadata.revocation_endpoint,
    metadata.userinfo_endpoint,
    metadata.jwks_uri,
  ]) {
    if (address !== undefined) checkUrl(address, allowHttp);
  }
  const algorithms = metadata.id_token_signing_alg_values_supported?.filter(isAsymmetric);
  return Object.freeze({
    ...withoutUndefined(metadata),
    ...(algorithms ? { id_token_signing_alg_values_supported: algorithms } : {}),
    issuer: metadata.issuer,
  });
}

/** Undefined keys would read as said. */
function withoutUndefined(metadata: z.infer<typeof schema>): Partial<AuthorizationServerMetadata> {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
}

/** An ID token proves nothing unsigned, nor signed with what the client itself knows. */
function isAsymmetric(algorithm: string): boolean {
  return algorithm !== 'none' && !algorithm.startsWith('HS');
}
