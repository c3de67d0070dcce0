import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { issueToken, parseToken } from './token.ts';

const organizationId = '01920000-0000-7000-8000-0123456789ab';

describe('issueToken', () => {
  it('makes a token that parses to its kind, organization and hash', () => {
    for (const kind of ['agent', 'api'] as const) {
      const issued = issueToken(kind, organizationId);
      const text = issued.token.reveal();
      expect(text).toMatch(kind === 'agent' ? /^pba_[\w-]{70}$/ : /^pbk_[\w-]{70}$/);
      expect(parseToken(text)).toEqual({ kind, organizationId, hash: issued.hash });
      expect(issued.hash).toEqual(createHash('sha256').update(text).digest());
      expect(text.endsWith(issued.hint)).toBe(true);
    }
  });

  it('never gives the same twice, nor shows it when logged', () => {
    const issued = issueToken('agent', organizationId);
    expect(issueToken('agent', organizationId).hash).not.toEqual(issued.hash);
    expect(inspect(issued, { showHidden: true })).not.toContain(issued.token.reveal().slice(0, 20));
  });

  it('refuses an organization that is no UUID', () => {
    expect(() => issueToken('agent', 'acme')).toThrow('UUID');
  });
});

describe('parseToken', () => {
  const text = issueToken('agent', organizationId).token.reveal();

  it('refuses a change of any one character', () => {
    for (let at = 0; at < text.length; at++) {
      for (const other of ['A', 'b', '-', '_', '+', '/', '=', ' ', 'é', '\0']) {
        if (text[at] === other) continue;
        expect(parseToken(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
      }
    }
  });

  it('refuses another length, prefix or case', () => {
    for (const wrong of [
      '',
      'pba_',
      text.slice(0, -1),
      `${text}A`,
      ` ${text}`,
      `pbx_${text.slice(4)}`,
      `pbk_${text.slice(4)}`,
      text.toUpperCase(),
      'x'.repeat(1_000_000),
    ]) {
      expect(parseToken(wrong)).toBeUndefined();
    }
  });
});
