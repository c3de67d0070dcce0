import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far an organization's chain had come, signed with a key that the database never holds. */
export interface Checkpoint {
  readonly seq: number;
  readonly hash: Buffer;
  readonly mac: Buffer;
}

/** HMAC-SHA256 over organization, position and hash. */
export function signCheckpoint(
  key: Buffer,
  organizationId: string,
  { seq, hash }: Pick<Checkpoint, 'seq' | 'hash'>,
): Buffer {
  return createHmac('sha256', key)
    .update(`plugboard audit checkpoint v1\n${organizationId}\n${seq}\n${hash.toString('hex')}`)
    .digest();
}

export function isGenuine(key: Buffer, organizationId: string, checkpoint: Checkpoint): boolean {
  const expected = signCheckpoint(key, organizationId, checkpoint);
  return checkpoint.mac.length === expected.length && timingSafeEqual(checkpoint.mac, expected);
}
