import { createSecretKey, randomBytes } from 'node:crypto';

import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { openSecret, sealSecret } from './envelope.ts';
import { Secret } from './secret.ts';

const ownerKey = createSecretKey(randomBytes(32));
const identity = { ownerId: 'owner-1', instanceId: 'instance-1', name: 'API_KEY' };
const clear = 'sk-live-Grüße-😀';

function refused(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (isAppError(error, 'internal')) return error.message;
    throw error;
  }
  throw new Error('It opened.');
}

describe('sealSecret and openSecret', () => {
  it('give back what was sealed, of any length', () => {
    for (const text of [clear, '', 'x'.repeat(100_000)]) {
      expect(
        openSecret(ownerKey, identity, sealSecret(ownerKey, identity, new Secret(text))).reveal(),
      ).toBe(text);
    }
  });

  it('never seal the same value alike, and show nothing of it', () => {
    const [a, b] = [0, 1].map(() => sealSecret(ownerKey, identity, new Secret(clear)));
    expect(a).not.toEqual(b);
    expect(a?.includes(clear.slice(0, 4))).toBe(false);
    expect(a).toHaveLength(Buffer.byteLength(clear) + 29);
  });

  it('refuse a value with any one byte changed', () => {
    const sealed = sealSecret(ownerKey, identity, new Secret(clear));
    for (let at = 0; at < sealed.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const message = refused(() => openSecret(ownerKey, identity, changed));
        expect(message).not.toContain('sk-live');
      }
    }
  });

  it('refuse a value cut off or lengthened at any place', () => {
    const sealed = sealSecret(ownerKey, identity, new Secret(clear));
    for (let length = 0; length < sealed.length; length++) {
      refused(() => openSecret(ownerKey, identity, sealed.subarray(0, length)));
    }
    refused(() => openSecret(ownerKey, identity, Buffer.concat([sealed, Buffer.of(0)])));
  });

  it.each([
    { ...identity, ownerId: 'owner-2' },
    { ...identity, instanceId: 'instance-2' },
    { ...identity, name: 'OTHER' },
    { ownerId: 'owner-1', instanceId: 'instance-1","API_KEY', name: '' },
  ])('refuse a value moved to %j', (elsewhere) => {
    const sealed = sealSecret(ownerKey, identity, new Secret(clear));
    refused(() => openSecret(ownerKey, elsewhere, sealed));
  });

  it('refuse another owner’s key', () => {
    const sealed = sealSecret(ownerKey, identity, new Secret(clear));
    const other = createSecretKey(randomBytes(32));
    refused(() => openSecret(other, identity, sealed));
  });

  it('open a value that lies in the middle of a larger buffer', () => {
    const sealed = sealSecret(ownerKey, identity, new Secret(clear));
    const page = Buffer.concat([randomBytes(7), sealed, randomBytes(7)]);
    const part = new Uint8Array(page.buffer, page.byteOffset + 7, sealed.length);
    expect(openSecret(ownerKey, identity, part).reveal()).toBe(clear);
  });
});
