import * as oauth from 'oauth4webapi';

import type { OAuthClient } from './client.ts';
import { exchange } from './exchange.ts';
import type { AuthorizationServer } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import { importKey, readPrivateJwk } from './jwk.ts';
import type { OAuthNetwork } from './network.ts';

/** Makes oauth4webapi send through `exchange`, so everything it asks is bounded. */
export function libraryOptions(network: OAuthNetwork) {
  return {
    signal: network.signal,
    [oauth.allowInsecureRequests]: network.allowHttp ?? false,
    [oauth.customFetch]: async (
      url: string,
      request: {
        readonly method: string;
        readonly headers: Record<string, string>;
        readonly body?: unknown;
      },
    ): Promise<Response> =>
      exchange(network, url, {
        method: request.method === 'POST' ? 'POST' : 'GET',
        headers: request.headers,
        body: request.body instanceof URLSearchParams ? request.body.toString() : undefined,
      }),
  };
}

/** The client as oauth4webapi wants it, with the clock that we were given. */
export function libraryClient(
  { clientId }: Pick<OAuthClient, 'clientId'>,
  now: () => number = Date.now,
): oauth.Client {
  return {
    client_id: clientId,
    [oauth.clockSkew]: Math.round((now() - Date.now()) / 1000),
    [oauth.clockTolerance]: 30,
  };
}

/**
 * How a client says who it is (RFC 6749 section 2.3, RFC 7523 section 2.2). A client of one issuer is
 * refused at any other.
 */
export async function clientAuth(
  server: AuthorizationServer,
  client: OAuthClient,
): Promise<oauth.ClientAuth> {
  if (client.issuer !== server.issuer) {
    throw new OAuthFailure(
      'protocol',
      'client_of_another_issuer',
      'This client is registered at another authorization server, and its credentials are not sent to this one.',
    );
  }
  const { authMethod, clientSecret, privateKey } = client;
  if (authMethod === 'none') return oauth.None();
  if (authMethod === 'private_key_jwt' && privateKey) {
    const jwk = readPrivateJwk(privateKey);
    return oauth.PrivateKeyJwt({
      key: await importKey(jwk, jwk.alg),
      ...(jwk.kid === undefined ? {} : { kid: jwk.kid }),
    });
  }
  if (authMethod === 'client_secret_post' && clientSecret) {
    return oauth.ClientSecretPost(clientSecret.reveal());
  }
  if (authMethod === 'client_secret_basic' && clientSecret) {
    const pair = `${formEncode(client.clientId)}:${formEncode(clientSecret.reveal())}`;
    const header = `Basic ${Buffer.from(pair).toString('base64')}`;
    return (_server, _client, _body, headers) => headers.set('authorization', header);
  }
  throw new OAuthFailure(
    'client',
    'client_incomplete',
    `The client has no ${authMethod === 'private_key_jwt' ? 'key' : 'secret'}, which its way to authenticate needs; enter it, or register again.`,
  );
}

/**
 * RFC 6749 appendix B. The library also encodes `-`, `_`, `.` and `*`, which many servers, that do not
 * decode, take for part of the id.
 */
function formEncode(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}
