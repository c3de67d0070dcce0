import { format, inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { Secret } from './secret.ts';

describe('Secret', () => {
  const secret = new Secret('hunter2-hunter2');

  it('gives its value to reveal() alone', () => {
    expect(secret.reveal()).toBe('hunter2-hunter2');
  });

  it('is redacted in every text form', () => {
    const forms = [
      String(secret),
      [secret].join(),
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 10 }),
      inspect({ nested: [secret] }, { showHidden: true, depth: 10 }),
      format('%s %o %O %j', secret, secret, secret, secret),
      Object.prototype.toLocaleString.call(secret),
    ];
    for (const form of forms) {
      expect(form).toContain('[secret]');
      expect(form).not.toContain('hunter2');
    }
  });

  it('has no property that holds the value', () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(Object.entries(secret)).toEqual([]);
    expect(inspect(Object.assign({}, secret))).toBe('{}');
    expect(inspect(structuredClone(secret))).toBe('{}');
  });
});
