import { isLoopback } from '../../../config/loopback.ts';
import { redirectUri, type ConnectionServices } from '../services.ts';
import { clientKeyAlgorithm, clientKeysPath } from './client-key.ts';

type Services = Pick<ConnectionServices, 'server'>;

export const clientMetadataPath = '/client-metadata.json';

/** Another client, which signs what it sends to the token endpoint: a document names one method alone. */
export const signingMetadataPath = '/connect/client-metadata.json';

export const clientName = 'Plugboard';

/**
 * Where our client id metadata documents are (draft-ietf-oauth-client-id-metadata-document), which are
 * our client ids with servers that take one. Undefined where they could not fetch it: without https, or
 * on an address of this machine.
 */
export function clientMetadataUrl(services: Services): string | undefined {
  return publicUrl(services, clientMetadataPath);
}

export function signingMetadataUrl(services: Services): string | undefined {
  return publicUrl(services, signingMetadataPath);
}

/** Where our keys are; undefined where authorization servers could not fetch them. */
export function clientKeysUrl(services: Services): string | undefined {
  return publicUrl(services, clientKeysPath);
}

/** The document; undefined where there is none. */
export function clientMetadataDocument(services: Services): object | undefined {
  const url = clientMetadataUrl(services);
  return url === undefined
    ? undefined
    : { ...documentOf(services, url), token_endpoint_auth_method: 'none' };
}

export function signingMetadataDocument(services: Services): object | undefined {
  const url = signingMetadataUrl(services);
  return url === undefined
    ? undefined
    : {
        ...documentOf(services, url),
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: clientKeyAlgorithm,
        jwks_uri: clientKeysUrl(services),
      };
}

function documentOf(services: Services, url: string): object {
  return {
    client_id: url,
    client_name: clientName,
    client_uri: services.server.urls.base,
    redirect_uris: [redirectUri(services)],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'web',
  };
}

function publicUrl({ server }: Services, path: string): string | undefined {
  const { protocol, hostname } = new URL(server.urls.base);
  if (protocol !== 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return undefined;
  return server.urls.base + path;
}
