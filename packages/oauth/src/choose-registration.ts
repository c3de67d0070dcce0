import type { Secret } from '@plugboard/vault';

import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';

export interface RegistrationChoices {
  readonly server: AuthorizationServer;
  /** A client that a person entered, or that was registered before. Ignored unless it is of this issuer. */
  readonly known?: OAuthClient | undefined;
  /** Where our own metadata document is; https with a path, or it is no candidate. */
  readonly clientMetadataUrl?: string | undefined;
  /** A document that says `private_key_jwt`, with its key: taken where the server offers that. */
  readonly signing?:
    | { readonly clientMetadataUrl: string; readonly privateKey: Secret }
    | undefined;
}

export type RegistrationChoice =
  /** Use this client: pre-registered, registered before, or by a metadata document (CIMD). */
  | { readonly choice: 'use'; readonly client: OAuthClient }
  /** Call `register`. */
  | { readonly choice: 'register' }
  /** Nothing works without a person who registers a client there and enters its id. */
  | { readonly choice: 'ask' };

/**
 * How Plugboard becomes a client: known → client id metadata document → dynamic registration → ask a
 * person (MCP 2026-07-28, authorization). An expired registration is not used, and one of another
 * issuer is not even looked at.
 */
export function chooseRegistration(
  { server, known, clientMetadataUrl, signing }: RegistrationChoices,
  now: () => number = Date.now,
): RegistrationChoice {
  const { metadata, issuer } = server;
  const isUsable = known?.issuer === issuer && (known.expiresAt ?? Infinity) > now();
  const takesDocuments = metadata['client_id_metadata_document_supported'] === true;
  const signs =
    signing !== undefined &&
    isDocumentUrl(signing.clientMetadataUrl) &&
    metadata.token_endpoint_auth_methods_supported?.includes('private_key_jwt') === true;
  const documentUrl = signs ? signing.clientMetadataUrl : clientMetadataUrl;
  const byDocument = takesDocuments && isDocumentUrl(documentUrl);
  // A registration of before gives way to a document; what a person entered never does.
  if (known && isUsable && !(known.method === 'dcr' && byDocument)) {
    return { choice: 'use', client: known };
  }
  if (byDocument) {
    return {
      choice: 'use',
      client: {
        issuer,
        method: 'cimd',
        clientId: documentUrl,
        authMethod: signs ? 'private_key_jwt' : 'none',
        clientSecret: undefined,
        privateKey: signs ? signing.privateKey : undefined,
        expiresAt: undefined,
      },
    };
  }
  return { choice: metadata.registration_endpoint ? 'register' : 'ask' };
}

/** The rules of draft-ietf-oauth-client-id-metadata-document section 3. */
function isDocumentUrl(text: string | undefined): text is string {
  const url = text === undefined ? null : URL.parse(text);
  return (
    url?.protocol === 'https:' &&
    url.pathname !== '/' &&
    url.href === text &&
    url.hash === '' &&
    url.username === '' &&
    url.password === ''
  );
}
