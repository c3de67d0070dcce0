import type * as Sdk from '@aws-sdk/client-kms';

import { AppError } from '@plugboard/contracts';

import { isNoAnswer, keyServiceFailure, type KeyServiceReason } from './key-service-failure.ts';
import type { KeyService } from './key-service.ts';

export interface AwsKmsOptions {
  /** Of a symmetric key or an alias; its region is asked. */
  readonly keyArn: string;
  readonly timeoutMs: number;
}

const service = 'AWS KMS';

/** Exceptions of the API, by name: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
const reasons: Readonly<Record<string, KeyServiceReason>> = {
  AccessDeniedException: 'denied',
  UnrecognizedClientException: 'unauthenticated',
  InvalidSignatureException: 'unauthenticated',
  IncompleteSignature: 'unauthenticated',
  ExpiredTokenException: 'unauthenticated',
  CredentialsProviderError: 'unauthenticated',
  NotFoundException: 'no_such_key',
  DisabledException: 'disabled',
  KMSInvalidStateException: 'disabled',
  InvalidCiphertextException: 'other_content',
  IncorrectKeyException: 'other_content',
};

/**
 * Wraps by Encrypt and Decrypt, with the context as EncryptionContext. Who Plugboard is comes from
 * AWS' own places (variables, files, roles of machines and pods), the endpoint from
 * `AWS_ENDPOINT_URL_KMS` where it is another. The SDK is loaded with the first use.
 */
export function createAwsKms({ keyArn, timeoutMs }: AwsKmsOptions): KeyService {
  const [, region] =
    /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/.+$/.exec(keyArn) ?? [];
  if (region === undefined) {
    throw new AppError(
      'invalid_input',
      'aws-kms needs the ARN of a key, such as aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-….',
    );
  }
  let client: Promise<Sdk.KMSClient> | undefined;

  async function ask<T>(
    send: (sdk: typeof Sdk, kms: Sdk.KMSClient, signal: AbortSignal) => Promise<T>,
  ) {
    const sdk = await import('@aws-sdk/client-kms');
    client ??= Promise.resolve(new sdk.KMSClient({ region: region ?? '', maxAttempts: 3 }));
    try {
      return await send(sdk, await client, AbortSignal.timeout(timeoutMs));
    } catch (error) {
      throw failure(keyArn, error);
    }
  }

  return {
    kind: 'aws-kms',
    providerKey: keyArn,
    wrap: (plain, context) =>
      ask(async ({ EncryptCommand }, kms, abortSignal) => {
        const command = new EncryptCommand({
          KeyId: keyArn,
          Plaintext: plain,
          EncryptionContext: { ...context },
        });
        const { CiphertextBlob: wrapped } = await kms.send(command, { abortSignal });
        if (!wrapped) throw keyServiceFailure(service, keyArn, 'failed');
        return Buffer.from(wrapped);
      }),
    unwrap: (wrapped, context) =>
      ask(async ({ DecryptCommand }, kms, abortSignal) => {
        const command = new DecryptCommand({
          KeyId: keyArn,
          CiphertextBlob: wrapped,
          EncryptionContext: { ...context },
        });
        const { Plaintext: plain } = await kms.send(command, { abortSignal });
        if (!plain) throw keyServiceFailure(service, keyArn, 'failed');
        return Buffer.from(plain);
      }),
  };
}

function failure(keyArn: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : '';
  const reason = reasons[name] ?? (isNoAnswer(error) ? 'no_answer' : 'failed');
  const cure =
    reason === 'denied'
      ? 'Allow kms:Encrypt and kms:Decrypt on it to the role that Plugboard runs as.'
      : reason === 'unauthenticated'
        ? 'Give it a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'
        : reason === 'no_such_key'
          ? 'Check the ARN in PLUGBOARD_KEY_PROVIDER.'
          : undefined;
  return keyServiceFailure(service, keyArn, reason, { cause: error, ...(cure && { cure }) });
}
