import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { deriveKey } from './derive-key.ts';

function hex(key: KeyObject): string {
  return key.export().toString('hex');
}

describe('deriveKey', () => {
  it('is HKDF-SHA256 of RFC 5869 without salt', () => {
    const master = Buffer.alloc(32, 7);
    const pseudoRandom = createHmac('sha256', Buffer.alloc(32)).update(master).digest();
    const expected = createHmac('sha256', pseudoRandom)
      .update(Buffer.concat([Buffer.from('plugboard/audit'), Buffer.of(1)]))
      .digest('hex');
    expect(hex(deriveKey(createSecretKey(master), 'audit'))).toBe(expected);
  });

  it('gives different keys for different purposes and refuses none', () => {
    const master = createSecretKey(randomBytes(32));
    expect(hex(deriveKey(master, 'a'))).not.toBe(hex(deriveKey(master, 'b')));
    expect(() => deriveKey(master, '')).toThrow('purpose');
  });
});
