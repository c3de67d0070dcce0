import { Secret } from '@plugboard/vault';
import { describe, expect, it } from 'vitest';

import { LineRedactor } from './line-redactor.ts';

/** What is handed on of these lines at once, and what after waiting. */
function redacted(secrets: readonly string[], lines: readonly string[]) {
  const emitted: string[] = [];
  const redactor = new LineRedactor(
    secrets.map((secret) => new Secret(secret)),
    (line) => emitted.push(line),
  );
  for (const line of lines) redactor.push(line);
  const atOnce = emitted.length;
  redactor.flush();
  return { emitted, atOnce };
}

const value = 'Tr0ub4dor&3-correct-horse';

describe('LineRedactor', () => {
  it('hands on what cannot be a secret at once, as it is', () => {
    const lines = ['starting', '', 'ready on port 3000', 'Trouble'];
    expect(redacted([value], lines)).toEqual({ emitted: lines, atOnce: 4 });
    expect(redacted([], lines)).toEqual({ emitted: lines, atOnce: 4 });
  });

  it('finds a secret wherever lines part it', () => {
    for (let cut = 1; cut < value.length; cut += 1) {
      const { emitted } = redacted([value], [`is ${value.slice(0, cut)}`, `${value.slice(cut)}.`]);
      expect(emitted).toEqual(['is [secret]', '[secret].']);
    }
    const characters = value.split('');
    expect(redacted([value], characters).emitted).toEqual(characters.map(() => '[secret]'));
  });

  it('finds what encoders break into lines', () => {
    const long = 'key-'.repeat(60);
    for (const text of [
      Buffer.from(long).toString('base64'),
      Buffer.from(long).toString('hex'),
      Buffer.from(`user:${long}`).toString('base64'),
    ]) {
      const { emitted } = redacted([long], text.match(/.{1,76}/g) ?? []);
      expect(emitted.join('').replaceAll('[secret]', '').length).toBeLessThan(12);
    }
  });

  it('finds a secret of 64 KB in pieces of any size', () => {
    const long = Array.from({ length: 65_536 }, (_, at) => (at * 7919).toString(36).at(-2)).join(
      '',
    );
    for (const size of [1_000, 16_384, 65_536]) {
      const pieces = long.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
      expect(redacted([long], ['before', ...pieces, 'after']).emitted).toEqual([
        'before',
        ...pieces.map(() => '[secret]'),
        'after',
      ]);
    }
  });

  it('holds back a beginning until it is known, and shows it when it was none', () => {
    const { emitted, atOnce } = redacted(
      [value],
      ['one', `two ${value.slice(0, 8)}`, 'three', 'four'],
    );
    expect(emitted).toEqual(['one', `two ${value.slice(0, 8)}`, 'three', 'four']);
    expect(atOnce).toBe(4);
    expect(redacted([value], ['one', 'a T'])).toEqual({ emitted: ['one', 'a T'], atOnce: 1 });
  });

  it('redacts what goes on after the beginning was let go', () => {
    const emitted: string[] = [];
    const redactor = new LineRedactor([new Secret(value)], (line) => emitted.push(line));
    redactor.push(`is ${value.slice(0, 5)}`);
    redactor.flush();
    redactor.push(value.slice(5));
    redactor.flush();
    expect(emitted).toEqual([`is ${value.slice(0, 5)}`, '[secret]']);
  });

  it('lets a beginning go by itself after a while', async () => {
    const emitted: string[] = [];
    const redactor = new LineRedactor([new Secret(value)], (line) => emitted.push(line));
    redactor.push('is T');
    expect(emitted).toEqual([]);
    await expect.poll(() => emitted).toEqual(['is T']);
  });

  it('copes with secrets that repeat themselves, NUL, newlines and broken Unicode', () => {
    const repeating = 'x'.repeat(10_000);
    expect(redacted([repeating], [repeating]).emitted).toEqual(['[secret]']);
    expect(redacted(['with\0nul-inside'], ['a with\0nul-inside b']).emitted).toEqual([
      'a [secret] b',
    ]);
    expect(redacted(['first-line\nsecond-line'], ['first-line', 'x second-line']).emitted).toEqual([
      '[secret]',
      'x [secret]',
    ]);
    expect(redacted(['🔑-ünïcödé-日本'], ['is 🔑-ünïcödé-日本!']).emitted).toEqual([
      'is [secret]!',
    ]);
    expect(redacted(['abc\ud800defgh'], ['x']).emitted).toEqual(['x']);
  });

  it('takes time in proportion to what it reads', () => {
    const secrets = Array.from({ length: 50 }, (_, at) => `${'a'.repeat(200)}${at}`);
    const line = 'a'.repeat(16_384);
    const { emitted } = redacted(
      secrets,
      Array.from({ length: 20 }, () => line),
    );
    expect(emitted).toHaveLength(20);
  });
});
