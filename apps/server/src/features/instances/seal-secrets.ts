import { type Secret, sealSecret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';

/** Secrets as `instances.sealed_secrets` keeps them: sealed for this one instance, base64, by name. */
export async function sealSecrets(
  { keyring }: Pick<AppServices, 'keyring'>,
  organizationId: string,
  instanceId: string,
  secrets: Readonly<Record<string, Secret>>,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(secrets);
  if (entries.length === 0) return {};
  const key = await keyring.ownerKey(organizationId);
  return Object.fromEntries(
    entries.map(([name, secret]) => [
      name,
      sealSecret(key, { ownerId: organizationId, instanceId, name }, secret).toString('base64'),
    ]),
  );
}
