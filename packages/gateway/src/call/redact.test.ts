import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { recordArguments, recordName } from './redact.ts';

function record(value: unknown) {
  return recordArguments(Buffer.from(JSON.stringify(value)), value);
}

describe('recordArguments', () => {
  it('keeps plain values, the size and the hash of what was sent', () => {
    const value = { path: '/a', depth: 3, recursive: true };
    const text = JSON.stringify(value);
    expect(record(value)).toEqual({
      redacted: value,
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
  });

  it.each([
    'password',
    'dbPassword',
    'API_KEY',
    'apiKey',
    'x-api-key',
    'Authorization',
    'client_secret',
    'refreshToken',
    'set-cookie',
    'privateKey',
  ])('hides the value of %s', (key) => {
    expect(JSON.stringify(record({ [key]: 'hunter2' }))).not.toContain('hunter2');
  });

  it.each([
    'ghp_abcdefghijklmnopqrstuvwxyz012345',
    'sk-proj-abcdefghijklmnopqrstuvwx',
    'AKIAABCDEFGHIJKLMNOP',
    'xoxb-1234567890-abcdef',
    'Bearer abcdefghijklmnop',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghij',
    '-----BEGIN RSA PRIVATE KEY-----',
    'postgres://user:hunter2@db/x',
  ])('hides what looks like a credential: %s', (secret) => {
    expect(record({ note: `use ${secret} now`, list: [secret] }).redacted).toEqual({
      note: '[redacted]',
      list: ['[redacted]'],
    });
  });

  it('cuts long texts, long lists, deep trees and great amounts', () => {
    const deep = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ inner }), 'x');
    const large = { text: 'x'.repeat(10_000), list: Array.from({ length: 1000 }, () => 'y'), deep };
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`key${i}`, 'z'.repeat(150)]),
    );
    for (const value of [large, many, { wide: Array.from({ length: 32 }, () => many) }]) {
      expect(JSON.stringify(record(value).redacted).length).toBeLessThan(12_000);
    }
  });

  it('cuts great amounts of empty values too', () => {
    const branch = (depth: number): unknown =>
      depth === 0 ? [] : Array.from({ length: 20 }, () => branch(depth - 1));
    expect(JSON.stringify(record(branch(4)).redacted).length).toBeLessThan(12_000);
  });

  it('takes no longer for a text made to mislead it', () => {
    // Quadratic in its length for a pattern that looks at all of it: hours.
    const value = { text: '-eyJ'.repeat(1_000_000), ['-eyJ'.repeat(1_000_000)]: 1 };
    expect(JSON.stringify(record(value).redacted).length).toBeLessThan(1_000);
  });

  it('hides a credential that stands where a key should', () => {
    const value = { ghp_abcdefghijklmnopqrstuvwxyz012345: 1 };
    expect(record(value).redacted).toEqual({ '[redacted]': 1 });
  });

  it('is not led astray by prototype keys', () => {
    const value: unknown = JSON.parse('{"__proto__": {"token": "hunter2"}, "constructor": 1}');
    expect(JSON.stringify(record(value))).not.toContain('hunter2');
  });
});

describe('recordName', () => {
  it('keeps names and URIs, but no secret in them and no great amounts', () => {
    for (const name of ['read_file', 'file:///a?b=c#d', 'db://{table}{?columns}']) {
      expect(recordName(name)).toBe(name);
    }
    expect(recordName('https://x/y?page=2&api_key=hunter2&access_token=hunter2#z')).toBe(
      'https://x/y?page=2&api_key=[redacted]&access_token=[redacted]#z',
    );
    expect(recordName('https://user:hunter2@x/y')).toBe('[redacted]');
    expect(recordName('x'.repeat(1_000_000)).length).toBeLessThan(2_200);
  });
});
