import { describe, expect, it } from 'vitest';

import { hashDefinition } from './definition-hash.ts';

describe('hashDefinition', () => {
  it('is SHA-256 of the bytes', () => {
    expect(hashDefinition(Buffer.from('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('tells apart what only differs in white space', () => {
    expect(hashDefinition(Buffer.from('{"a":1}'))).not.toEqual(
      hashDefinition(Buffer.from('{"a": 1}')),
    );
  });
});
