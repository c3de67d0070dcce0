import { describe, expect, it } from 'vitest';

import { parseAllowList } from './allow-list.ts';

describe('an allow-list', () => {
  it('lets pass a listed host on the ports of the web', () => {
    const allows = parseAllowList(['api.example.com']);
    expect(allows('api.example.com', 443)).toEqual({ allowed: true, literal: false });
    expect(allows('API.Example.com.', 80).allowed).toBe(true);
    expect(allows('api.example.com', 8443).allowed).toBe(false);
    expect(allows('example.com', 443).allowed).toBe(false);
    expect(allows('x.api.example.com', 443).allowed).toBe(false);
    expect(allows('api.example.com.evil.test', 443).allowed).toBe(false);
  });

  it('lets pass hosts below a wildcard, at any depth, and not itself', () => {
    const allows = parseAllowList(['*.example.com:8443']);
    expect(allows('a.example.com', 8443).allowed).toBe(true);
    expect(allows('a.b.example.com', 8443).allowed).toBe(true);
    expect(allows('example.com', 8443).allowed).toBe(false);
    expect(allows('badexample.com', 8443).allowed).toBe(false);
    expect(allows('a.example.com', 443).allowed).toBe(false);
  });

  it('knows an address in all its spellings', () => {
    const allows = parseAllowList(['10.0.0.5:8080', '[fd00::1]:80', '::1']);
    expect(allows('10.0.0.5', 8080)).toEqual({ allowed: true, literal: true });
    expect(allows('[::ffff:10.0.0.5]', 8080)).toEqual({ allowed: true, literal: true });
    expect(allows('[fd00:0:0::0001]', 80)).toEqual({ allowed: true, literal: true });
    expect(allows('::1', 443).allowed).toBe(true);
    expect(allows('10.0.0.6', 8080).allowed).toBe(false);
  });

  it('takes names beyond ASCII in either form', () => {
    const allows = parseAllowList(['bücher.example']);
    expect(allows('xn--bcher-kva.example', 443).allowed).toBe(true);
    expect(allows('BÜCHER.example', 443).allowed).toBe(true);
  });

  it.each([
    'https://example.com',
    'example.com/path',
    'example.com:0',
    'example.com:65536',
    '*',
    '*.',
    'a b',
    '',
    '*.10.0.0.1',
    'user@example.com',
    '[example.com]',
  ])('refuses the entry %j', (entry) => {
    expect(() => parseAllowList([entry])).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });
});
