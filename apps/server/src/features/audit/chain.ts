import { createHash } from 'node:crypto';

/** What stands before the first record of an organization's chain. */
export function chainStart(organizationId: string): Buffer {
  return createHash('sha256').update(`plugboard audit ${organizationId}`).digest();
}

/** The hash of a record that follows one with hash `previous`. */
export function chainHash(previous: Buffer, record: string): Buffer {
  return createHash('sha256').update(previous).update(record).digest();
}
