import { AppError } from '@plugboard/contracts';

import { Secret } from '../secret.ts';
import { createEnvProvider } from './env.ts';
import { createFileProvider } from './file.ts';
import type { KeyProvider } from './key-provider.ts';
import { createServiceProvider } from './key-service.ts';
import type { VaultSignIn } from './vault-transit.ts';

/** Where providers find what they need. */
export interface KeyProviderPlace {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long a service may take; 10 seconds when absent. */
  readonly timeoutMs?: number;
}

const forms =
  'file, env, aws-kms:<key ARN>, gcp-kms:<resource name of a key>, or vault-transit:<url>/<key>';

const podToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The provider that a text names, such as `file` or `aws-kms:arn:aws:kms:…`. Asks nobody yet; what a
 * service needs is loaded here. Throws `AppError('invalid_input')` that says what forms there are.
 */
export async function openKeyProvider(
  text: string,
  { dataDir, env, timeoutMs = 10_000 }: KeyProviderPlace,
): Promise<KeyProvider> {
  const [, kind = '', name = ''] = /^([a-z-]+)(?::(.+))?$/s.exec(text.trim()) ?? [];
  switch (kind) {
    case 'file':
      if (name === '') return createFileProvider(dataDir);
      break;
    case 'env':
      if (name === '')
        return createEnvProvider('PLUGBOARD_MASTER_KEY', secret(env, 'PLUGBOARD_MASTER_KEY'));
      break;
    case 'aws-kms': {
      const { createAwsKms } = await import('./aws-kms.ts');
      return createServiceProvider(createAwsKms({ keyArn: name, timeoutMs }));
    }
    case 'gcp-kms': {
      const { createGcpKms } = await import('./gcp-kms.ts');
      const endpoint =
        env['CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS'] ?? 'https://cloudkms.googleapis.com';
      return createServiceProvider(
        createGcpKms({ keyName: name, timeoutMs, endpoint: endpoint.replace(/\/+$/, '') }),
      );
    }
    case 'vault-transit': {
      const { createVaultTransit } = await import('./vault-transit.ts');
      const options = { signIn: signInFrom(env), namespace: env['VAULT_NAMESPACE'], timeoutMs };
      return createServiceProvider(createVaultTransit({ location: name, ...options }));
    }
    default:
  }
  throw new AppError(
    'invalid_input',
    `The master key's provider must be ${forms}, not ${JSON.stringify(text.slice(0, 80))}.`,
  );
}

function signInFrom(env: KeyProviderPlace['env']): VaultSignIn | undefined {
  const token = secret(env, 'VAULT_TOKEN');
  if (token) return { method: 'token', token };
  const roleId = env['PLUGBOARD_VAULT_ROLE_ID'];
  const secretId = secret(env, 'PLUGBOARD_VAULT_SECRET_ID');
  if (roleId && secretId) return { method: 'approle', roleId, secretId };
  const role = env['PLUGBOARD_VAULT_KUBERNETES_ROLE'];
  const tokenFile = env['PLUGBOARD_VAULT_KUBERNETES_TOKEN_FILE'] ?? podToken;
  return role ? { method: 'kubernetes', role, tokenFile } : undefined;
}

function secret(env: KeyProviderPlace['env'], name: string): Secret | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : new Secret(value);
}
