import { isLoopback } from '../../../config/loopback.ts';
import { redirectUri, type ConnectionServices } from '../services.ts';

type Services = Pick<ConnectionServices, 'server'>;

export const clientMetadataPath = '/client-metadata.json';

export const clientName = 'Plugboard';

/**
 * Where our client id metadata document is (draft-ietf-oauth-client-id-metadata-document), which is our
 * client id with servers that take one. Undefined where they could not fetch it: without https, or on
 * an address of this machine.
 */
export function clientMetadataUrl({ server }: Services): string | undefined {
  const url = new URL(server.urls.base);
  if (url.protocol !== 'https:' || isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    return undefined;
  return `${server.urls.base}${clientMetadataPath}`;
}

/** The document; undefined where there is none. */
export function clientMetadataDocument(services: Services): object | undefined {
  const url = clientMetadataUrl(services);
  if (url === undefined) return undefined;
  return {
    client_id: url,
    client_name: clientName,
    client_uri: services.server.urls.base,
    redirect_uris: [redirectUri(services)],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  };
}
