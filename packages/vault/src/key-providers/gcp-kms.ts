import { AppError } from '@plugboard/contracts';

import { askJson, type JsonAnswer, textAt } from './ask-json.ts';
import { keyServiceFailure, type KeyServiceReason } from './key-service-failure.ts';
import type { KeyContext, KeyService } from './key-service.ts';

export interface GcpKmsOptions {
  /** projects/…/locations/…/keyRings/…/cryptoKeys/… */
  readonly keyName: string;
  readonly timeoutMs: number;
  /** Of the API, without a slash at its end. */
  readonly endpoint: string;
}

const service = 'Google Cloud KMS';
const scope = 'https://www.googleapis.com/auth/cloudkms';

/**
 * Wraps by encrypt and decrypt of the REST API, with the context as additional authenticated data. Who
 * Plugboard is comes from Google's application default credentials; their code is loaded with the
 * first use.
 */
export function createGcpKms({ keyName, timeoutMs, endpoint }: GcpKmsOptions): KeyService {
  if (!/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(keyName)) {
    throw new AppError(
      'invalid_input',
      'gcp-kms needs the resource name of a key, such as gcp-kms:projects/p/locations/europe-west3/keyRings/r/cryptoKeys/plugboard.',
    );
  }
  let auth: Promise<{ getAccessToken(): Promise<string | null | undefined> }> | undefined;

  async function accessToken(): Promise<string> {
    try {
      auth ??= import('google-auth-library').then(
        ({ GoogleAuth }) => new GoogleAuth({ scopes: [scope] }),
      );
      const token = await (await auth).getAccessToken();
      if (token) return token;
    } catch (error) {
      throw unauthenticated(keyName, error);
    }
    throw unauthenticated(keyName);
  }

  async function ask(
    operation: 'encrypt' | 'decrypt',
    body: Readonly<Record<string, string>>,
    field: string,
  ): Promise<Buffer> {
    const answer = await askJson({
      service,
      providerKey: keyName,
      url: `${endpoint}/v1/${keyName}:${operation}`,
      headers: { authorization: `Bearer ${await accessToken()}` },
      body,
      timeoutMs,
    });
    const text = answer.status === 200 ? textAt(answer.body, field) : undefined;
    if (text === undefined) throw failure(keyName, operation, answer);
    return Buffer.from(text, 'base64');
  }

  return {
    kind: 'gcp-kms',
    providerKey: keyName,
    wrap: (plain, context) =>
      ask(
        'encrypt',
        { plaintext: plain.toString('base64'), additionalAuthenticatedData: bound(context) },
        'ciphertext',
      ),
    unwrap: (wrapped, context) =>
      ask(
        'decrypt',
        {
          ciphertext: Buffer.from(wrapped).toString('base64'),
          additionalAuthenticatedData: bound(context),
        },
        'plaintext',
      ),
  };
}

function bound({ application, installation, key }: KeyContext): string {
  return Buffer.from(JSON.stringify([application, installation, key])).toString('base64');
}

function failure(keyName: string, operation: string, answer: JsonAnswer): AppError {
  const reason = reasonOf(operation, answer);
  const cure =
    reason === 'denied'
      ? 'Give the account that Plugboard runs as the role roles/cloudkms.cryptoKeyEncrypterDecrypter on it.'
      : reason === 'no_such_key'
        ? 'Check the name in PLUGBOARD_KEY_PROVIDER.'
        : undefined;
  return keyServiceFailure(service, keyName, reason, cure ? { cure } : {});
}

/** Status codes of Google's APIs: https://google.aip.dev/193 */
function reasonOf(operation: string, { status, body }: JsonAnswer): KeyServiceReason {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'denied';
  if (status === 404) return 'no_such_key';
  if (textAt(body, 'error', 'status') === 'FAILED_PRECONDITION') return 'disabled';
  if (status === 400 && operation === 'decrypt') return 'other_content';
  return 'failed';
}

function unauthenticated(keyName: string, cause?: unknown): AppError {
  return keyServiceFailure(service, keyName, 'unauthenticated', {
    cure: 'Run it with a service account, or set GOOGLE_APPLICATION_CREDENTIALS to the file of one.',
    cause,
  });
}
