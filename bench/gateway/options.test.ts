import { describe, expect, it } from 'vitest';

import { readOptions } from './options.ts';

describe('readOptions', () => {
  it('runs everything but writes unless told', () => {
    const options = readOptions([]);
    expect(options.answers).toEqual(['2k', '50k']);
    expect(options.transports).toEqual(['http', 'stdio']);
    expect(options.contestants).toEqual(['direct', 'bare', 'plugboard']);
    expect(options.clientCounts).toEqual([1, 16, 64]);
    expect([options.rounds, options.windowMs]).toEqual([5, 2_000]);
  });

  it('chooses by words, kind by kind', () => {
    const options = readOptions(['--only', 'http,write,16,bare', '--quick']);
    expect(options.transports).toEqual(['http']);
    expect(options.answers).toEqual(['write']);
    expect(options.clientCounts).toEqual([16]);
    expect(options.contestants).toEqual(['bare']);
    expect(options.rounds).toBe(2);
    const bridged = readOptions(['--only', 'modern,plugboard,plugboard-modern']);
    expect(bridged.transports).toEqual(['modern']);
    expect(bridged.contestants).toEqual(['plugboard', 'plugboard-modern']);
  });

  it('names the word or flag at fault', () => {
    expect(() => readOptions(['--only', 'http,3k'])).toThrow('no 3k');
    expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds must be a number above 0');
    expect(() => readOptions(['--quiet', '1.5'])).toThrow('--quiet must be');
  });
});
