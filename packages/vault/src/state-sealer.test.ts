import { createSecretKey, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { deriveKey } from './derive-key.ts';
import { createStateSealer } from './state-sealer.ts';

const master = createSecretKey(randomBytes(32));
const sealer = createStateSealer(deriveKey(master, 'request-state'));
const plain = Buffer.from('{"x":"ä"}');

describe('createStateSealer', () => {
  it('opens what it sealed, under the same context alone', () => {
    const sealed = sealer.seal(plain, 'agent a');
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(sealer.open(sealed, 'agent a')).toEqual(plain);
    expect(sealer.open(sealed, 'agent b')).toBeUndefined();
  });

  it('opens no text that differs in any character', () => {
    const sealed = sealer.seal(plain, 'c');
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'c')).toBeUndefined();
    }
  });

  it('opens neither other spellings of the same bytes nor other texts', () => {
    const sealed = sealer.seal(plain, 'c');
    for (const text of [
      '',
      'A',
      `${sealed}=`,
      `${sealed} `,
      ` ${sealed}`,
      `${sealed}A`,
      '!',
      sealed.slice(1),
    ]) {
      expect(sealer.open(text, 'c')).toBeUndefined();
    }
  });

  it('opens nothing that another key sealed', () => {
    const other = createStateSealer(deriveKey(master, 'something-else'));
    expect(sealer.open(other.seal(plain, 'c'), 'c')).toBeUndefined();
  });
});
