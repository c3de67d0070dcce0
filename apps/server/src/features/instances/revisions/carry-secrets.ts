import { timingSafeEqual } from 'node:crypto';

import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import { sealSecrets } from '../seal-secrets.ts';
import { openUnrecorded, sealedFromRow, type StoredInstance } from './stored-candidate.ts';

type SealedInstance = Pick<StoredInstance, 'organization_id' | 'id' | 'sealed_secrets'>;

/**
 * Secrets of a candidate as they are to be stored. One that is as it was keeps its sealed form, so
 * that equal sealed forms mean an unchanged secret; a new or changed one is sealed anew.
 */
export async function carrySecrets(
  services: Pick<AppServices, 'keyring'>,
  { organization_id: organizationId, id, sealed_secrets: stored }: SealedInstance,
  secrets: Readonly<Record<string, Secret>>,
): Promise<Readonly<Record<string, string>>> {
  const sealed = sealedFromRow(stored);
  const opened = await openUnrecorded(services, organizationId, id, stored);
  const isCarried = (name: string, secret: Secret) =>
    Object.hasOwn(opened, name) && isSame(opened[name], secret);
  const changed = Object.entries(secrets).filter(([name, secret]) => !isCarried(name, secret));
  const anew = await sealSecrets(services, organizationId, id, Object.fromEntries(changed));
  return Object.fromEntries(
    Object.keys(secrets).map((name) => [name, anew[name] ?? sealed[name] ?? '']),
  );
}

function isSame(a: Secret | undefined, b: Secret): boolean {
  if (!a) return false;
  const [first, second] = [Buffer.from(a.reveal()), Buffer.from(b.reveal())];
  try {
    return first.length === second.length && timingSafeEqual(first, second);
  } finally {
    first.fill(0);
    second.fill(0);
  }
}
