import { hash, randomBytes } from 'node:crypto';

import { idPattern } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';

export interface ParsedScimToken {
  /** In which the hash is to be looked for: it proves nothing. */
  readonly organizationId: string;
  readonly hash: Buffer;
}

export interface IssuedScimToken extends ParsedScimToken {
  readonly token: Secret;
  /** The last four characters. */
  readonly hint: string;
}

/** `pbs_` and, in base64url, the organization's id and 32 random bytes. */
export function issueScimToken(organizationId: string): IssuedScimToken {
  const id = Buffer.from(organizationId.replaceAll('-', ''), 'hex');
  const text = `pbs_${Buffer.concat([id, randomBytes(32)]).toString('base64url')}`;
  return {
    organizationId,
    hash: hash('sha256', text, 'buffer'),
    token: new Secret(text),
    hint: text.slice(-4),
  };
}

/** Undefined for what can be no token of ours, before any look-up. */
export function parseScimToken(text: string): ParsedScimToken | undefined {
  if (!/^pbs_[A-Za-z0-9_-]{64}$/.test(text)) return undefined;
  const hex = Buffer.from(text.slice(4), 'base64url').toString('hex', 0, 16);
  const organizationId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!idPattern.test(organizationId)) return undefined;
  return { organizationId, hash: hash('sha256', text, 'buffer') };
}
