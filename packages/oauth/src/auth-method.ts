import type { AuthorizationServer, ClientAuthMethod } from './facts.ts';

/** Best first: a key never leaves us, a header is logged less than a body. */
const order: readonly ClientAuthMethod[] = [
  'private_key_jwt',
  'client_secret_basic',
  'client_secret_post',
  'none',
];

/**
 * The way to authenticate that suits a server and what a client has; undefined when none does. A server
 * that does not say has `client_secret_basic` (RFC 8414 section 2), and takes public clients.
 */
export function chooseAuthMethod(
  { metadata }: AuthorizationServer,
  has: { readonly secret: boolean; readonly key: boolean },
): ClientAuthMethod | undefined {
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic', 'none'];
  return order.find((method) => {
    if (method === 'private_key_jwt' && !has.key) return false;
    if (method.startsWith('client_secret') && !has.secret) return false;
    return offered.includes(method);
  });
}
