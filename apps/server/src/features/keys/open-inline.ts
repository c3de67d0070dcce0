import { openSecret, type Secret, type SecretIdentity } from '@plugboard/vault';

import type { Keyring } from './keyring.ts';

/**
 * Opens a value that is sealed under the organization's own key and does not name it: with the newest,
 * or one before it while what that sealed is being sealed anew. Throws as `openSecret`.
 */
export async function openInline(
  keyring: Pick<Keyring, 'all'>,
  identity: SecretIdentity,
  sealed: Uint8Array,
): Promise<Secret> {
  const organizationId = identity.ownerId;
  let failure: unknown;
  for (const { key } of await keyring.all({ organizationId, kind: 'organization' })) {
    try {
      return openSecret(key, identity, sealed);
    } catch (error) {
      failure = error;
    }
  }
  throw failure ?? new Error('The organization has no key of its own.');
}
