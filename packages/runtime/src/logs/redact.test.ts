import { Secret } from '@plugboard/vault';
import { describe, expect, it } from 'vitest';

import { createRedactor } from './redact.ts';

function redactorOf(...values: string[]): (text: string) => string {
  return createRedactor(values.map((value) => new Secret(value)));
}

describe('createRedactor', () => {
  const value = 'p@ss/w+rd ünd "more"';
  const redact = redactorOf(value);

  it('finds the value in every form that servers print', () => {
    const forms = [
      value,
      JSON.stringify({ value }),
      encodeURIComponent(value),
      encodeURIComponent(value).replaceAll(/%../g, (escape) => escape.toLowerCase()),
      encodeURIComponent(value).replaceAll('%20', '+'),
      Buffer.from(value).toString('hex'),
      Buffer.from(value).toString('base64'),
      Buffer.from(value).toString('base64url'),
    ];
    for (const form of forms) {
      expect(redact(`before ${form} after`)).toMatch(/before .*\[secret\].* after/);
      expect(redact(form)).not.toContain(form);
    }
  });

  it('finds it in base64 behind a user name of any length', () => {
    for (const user of ['', 'a', 'ab', 'abc', 'abcd']) {
      const header = Buffer.from(`${user}:${value}`).toString('base64');
      const left = redact(header).replace('[secret]', '');
      expect(redact(header)).toContain('[secret]');
      expect(left.length).toBeLessThan(12);
    }
  });

  it('finds the password of a connection URL and the token of a header', () => {
    const both = redactorOf('postgres://app:hunter%21hunter@db:5432/x', 'Bearer tok_1234567');
    expect(both('login with hunter!hunter failed')).toBe('login with [secret] failed');
    expect(both('login with hunter%21hunter failed')).toBe('login with [secret] failed');
    expect(both('bad token tok_1234567.')).toBe('bad token [secret].');
  });

  it('finds each line of a key of several lines', () => {
    const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n';
    expect(redactorOf(pem)('at MIIEvQIBADANBg')).toBe('at [secret]');
  });

  it('replaces the longest of overlapping secrets, and all of several', () => {
    expect(redactorOf('abcdef', 'abcdefghij')('abcdefghij abcdef')).toBe('[secret] [secret]');
  });

  it('takes a value with the signs of a pattern for what it is', () => {
    const odd = redactorOf('a.*(b|c)$^[x]');
    expect(odd('aaa(b|c)')).toBe('aaa(b|c)');
    expect(odd('is a.*(b|c)$^[x].')).toBe('is [secret].');
  });

  it('leaves text alone when no secret is long enough', () => {
    expect(redactorOf('true', '5432', '')('true 5432')).toBe('true 5432');
    expect(createRedactor([])('text')).toBe('text');
  });

  it('copes with text that is no well-formed Unicode', () => {
    expect(redactorOf('abc\ud800defgh')('x')).toBe('x');
  });
});
