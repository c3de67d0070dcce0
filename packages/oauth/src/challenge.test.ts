import { describe, expect, it } from 'vitest';

import { readChallenge, readChallenges } from './challenge.ts';

describe('readChallenges', () => {
  it('reads schemes, parameters, quoted pairs and token68, in order', () => {
    const header =
      'Basic realm="a, \\"b\\"", Negotiate YII=, BEARER Scope="read write",error=insufficient_scope , DPoP algs="ES256"';
    expect(readChallenges(header)).toMatchObject([
      { scheme: 'basic', parameters: { realm: 'a, "b"' } },
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'bearer', scopes: ['read', 'write'], error: 'insufficient_scope' },
      { scheme: 'dpop', parameters: { algs: 'ES256' } },
    ]);
  });

  it('reads schemes alone, empty elements and space around signs', () => {
    expect(readChallenges(' , Bearer').map(({ scheme }) => scheme)).toEqual(['bearer']);
    expect(readChallenges('Bearer, Basic').map(({ scheme }) => scheme)).toEqual([
      'bearer',
      'basic',
    ]);
    expect(readChallenges('Bearer  realm = "x" ,, error = "e"')).toMatchObject([
      { parameters: { realm: 'x', error: 'e' } },
    ]);
  });

  it('reads URLs without quotes, as some servers send them', () => {
    const header = 'Bearer resource_metadata=https://a.test/x?y=z, error=invalid_token';
    expect(readChallenge(header)).toMatchObject({
      resourceMetadata: 'https://a.test/x?y=z',
      error: 'invalid_token',
    });
  });

  it('guesses nothing of what does not parse', () => {
    for (const header of [null, undefined, '', '"', 'Bearer realm="open', 'Bearer a="1" b="2"']) {
      expect(readChallenges(header), String(header)).toEqual([]);
    }
    // Which of two would count, no two parsers agree.
    expect(readChallenges('Bearer scope="a", scope="b"')).toEqual([]);
    expect(readChallenges('Basic realm="x", Bearer error="a", error="b"')).toHaveLength(1);
    expect(readChallenges(`Bearer realm="${'x'.repeat(20_000)}"`)).toEqual([]);
  });

  it('takes the time of its length for hostile headers', () => {
    for (const part of ['a=,', '\\"', ' ,', 'Bearer ', 'a="']) {
      expect(readChallenges(`Bearer ${part.repeat(5000)}`.slice(0, 16_000)).length).toBeLessThan(
        5000,
      );
    }
  });

  it('is not led astray by names of objects', () => {
    const [challenge] = readChallenges('Bearer __proto__="x", constructor="y"');
    expect(Object.keys(challenge?.parameters ?? {})).toEqual(['__proto__', 'constructor']);
    expect(challenge?.error).toBeUndefined();
  });
});

describe('readChallenge', () => {
  it('takes Bearer, DPoP where it is preferred or alone, and nothing else', () => {
    const both = 'DPoP algs="ES256", Bearer resource_metadata="https://a.test/x"';
    expect(readChallenge(both)?.resourceMetadata).toBe('https://a.test/x');
    expect(readChallenge(both, true)?.scheme).toBe('dpop');
    expect(readChallenge('DPoP error="use_dpop_nonce"')?.error).toBe('use_dpop_nonce');
    expect(readChallenge('Basic realm="x"')).toBeUndefined();
  });
});
