import { readFile } from 'node:fs/promises';

import { AppError } from '@plugboard/contracts';

import type { Secret } from '../secret.ts';
import { askJson, type JsonAnswer, textAt } from './ask-json.ts';
import { keyServiceFailure, type KeyServiceReason } from './key-service-failure.ts';
import type { KeyContext, KeyService } from './key-service.ts';

/** How Plugboard signs in to Vault. */
export type VaultSignIn =
  | { readonly method: 'token'; readonly token: Secret }
  | { readonly method: 'approle'; readonly roleId: string; readonly secretId: Secret }
  /** With the token of the pod's service account. */
  | { readonly method: 'kubernetes'; readonly role: string; readonly tokenFile: string };

export interface VaultTransitOptions {
  /** `<url>/<key>` or `<url>/<mount>/<key>`; the mount is `transit` when it is not named. */
  readonly location: string;
  readonly signIn: VaultSignIn | undefined;
  readonly namespace: string | undefined;
  readonly timeoutMs: number;
}

const service = 'Vault';

/**
 * Wraps by the transit engine, with the context as associated data; the key is one of an AEAD type
 * (aes256-gcm96, which is Vault's default).
 */
export function createVaultTransit(options: VaultTransitOptions): KeyService {
  const { location, signIn, namespace, timeoutMs } = options;
  const { origin, mount, key } = parseLocation(location);
  const shared = {
    service,
    providerKey: location,
    timeoutMs,
  };
  const spaced: Record<string, string> =
    namespace === undefined ? {} : { 'x-vault-namespace': namespace };

  async function token(): Promise<string> {
    if (signIn?.method === 'token') return signIn.token.reveal();
    if (!signIn) throw unauthenticated(location);
    const answer = await askJson({
      ...shared,
      url: `${origin}/v1/auth/${signIn.method}/login`,
      headers: spaced,
      body:
        signIn.method === 'approle'
          ? { role_id: signIn.roleId, secret_id: signIn.secretId.reveal() }
          : { role: signIn.role, jwt: await serviceAccountToken(signIn.tokenFile) },
    });
    const given = answer.status === 200 ? textAt(answer.body, 'auth', 'client_token') : undefined;
    if (given === undefined) throw unauthenticated(location);
    return given;
  }

  async function ask(
    operation: 'encrypt' | 'decrypt',
    body: Readonly<Record<string, string>>,
    field: string,
  ): Promise<string> {
    const answer = await askJson({
      ...shared,
      url: `${origin}/v1/${mount}/${operation}/${encodeURIComponent(key)}`,
      headers: { ...spaced, 'x-vault-token': await token() },
      body,
    });
    const text = answer.status === 200 ? textAt(answer.body, 'data', field) : undefined;
    if (text === undefined) throw failure(location, operation, answer);
    return text;
  }

  return {
    kind: 'vault-transit',
    providerKey: location,
    async wrap(plain, context) {
      const plaintext = plain.toString('base64');
      const body = { plaintext, associated_data: bound(context) };
      return Buffer.from(await ask('encrypt', body, 'ciphertext'), 'utf8');
    },
    async unwrap(wrapped, context) {
      const ciphertext = Buffer.from(wrapped).toString('utf8');
      const body = { ciphertext, associated_data: bound(context) };
      return Buffer.from(await ask('decrypt', body, 'plaintext'), 'base64');
    },
  };
}

function parseLocation(location: string) {
  const url = URL.parse(location);
  const parts = url?.pathname.split('/').filter(Boolean) ?? [];
  const key = parts.at(-1);
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash;
  if (!isPlain || !['http:', 'https:'].includes(url.protocol) || key === undefined) {
    throw new AppError(
      'invalid_input',
      'vault-transit needs the URL of a Vault with the name of a key, such as vault-transit:https://vault.example.com:8200/plugboard.',
    );
  }
  return { origin: url.origin, mount: parts.slice(0, -1).join('/') || 'transit', key };
}

async function serviceAccountToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new AppError(
      'unavailable',
      `The service account's token for Vault could not be read from ${path}. Mount it, or sign in another way: see docs/vault.md.`,
      { cause: error },
    );
  }
}

function bound({ application, installation, key }: KeyContext): string {
  return Buffer.from(JSON.stringify([application, installation, key])).toString('base64');
}

function failure(location: string, operation: string, answer: JsonAnswer): AppError {
  const reason = reasonOf(operation, answer);
  const cure =
    reason === 'denied'
      ? 'Let its policy update transit/encrypt and transit/decrypt for this key, and renew its token.'
      : reason === 'no_such_key'
        ? 'Make it (vault write -f transit/keys/<name>), or check PLUGBOARD_KEY_PROVIDER.'
        : reason === 'disabled'
          ? 'Unseal Vault.'
          : undefined;
  return keyServiceFailure(service, location, reason, cure ? { cure } : {});
}

function reasonOf(operation: string, { status }: JsonAnswer): KeyServiceReason {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'denied';
  if (status === 404) return 'no_such_key';
  if (status === 503) return 'disabled';
  if (status === 400) return operation === 'decrypt' ? 'other_content' : 'no_such_key';
  return 'failed';
}

function unauthenticated(location: string): AppError {
  return keyServiceFailure(service, location, 'unauthenticated', {
    cure: 'Set VAULT_TOKEN; or PLUGBOARD_VAULT_ROLE_ID and PLUGBOARD_VAULT_SECRET_ID; or PLUGBOARD_VAULT_KUBERNETES_ROLE.',
  });
}
