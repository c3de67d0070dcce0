import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { Secret } from './secret.ts';

/** Who bears a token: an agent on the MCP endpoints, or a person's tool on the API. */
export type TokenKind = 'agent' | 'api';

export interface IssuedToken {
  /** `pba_…` or `pbk_…`: shown once, never stored. */
  readonly token: Secret;
  /** SHA-256 of the token's text: what is stored. */
  readonly hash: Buffer;
  /** The last four characters, to tell one token from another in a list. */
  readonly hint: string;
}

export interface ParsedToken {
  readonly kind: TokenKind;
  /** Selects the tenant to look in and proves nothing: only the hash, found there, does. */
  readonly organizationId: string;
  readonly hash: Buffer;
}

const prefixes = { agent: 'pba_', api: 'pbk_' } as const satisfies Record<TokenKind, string>;
const prefixLength = 4;
const uuidBytes = 16;
const randomLength = 32;
const bodyLength = ((uuidBytes + randomLength) * 4) / 3;
const checksumLength = 6;
const tokenLength = prefixLength + bodyLength + checksumLength;

/**
 * A token of 256 random bits: prefix ‖ base64url(organization's UUID ‖ 32 random bytes) ‖ checksum.
 * The fixed prefix lets secret scanners find a leaked one.
 */
export function issueToken(kind: TokenKind, organizationId: string): IssuedToken {
  const body = Buffer.concat([uuidToBytes(organizationId), randomBytes(randomLength)]);
  const start = prefixes[kind] + body.toString('base64url');
  const text = start + checksum(start);
  return { token: new Secret(text), hash: hashToken(text), hint: text.slice(-4) };
}

/**
 * Undefined for anything that cannot be a token of ours (prefix, length, alphabet, checksum), before
 * any look-up. The checksum finds typing errors and truncation; it is no proof of anything.
 */
export function parseToken(text: string): ParsedToken | undefined {
  if (text.length !== tokenLength) return undefined;
  const kind = kindOf(text);
  if (!kind) return undefined;
  const start = text.slice(0, -checksumLength);
  if (checksum(start) !== text.slice(-checksumLength)) return undefined;
  const body = start.slice(prefixLength);
  if (!/^[A-Za-z0-9_-]+$/.test(body)) return undefined;
  const organizationId = bytesToUuid(Buffer.from(body, 'base64url'));
  return { kind, organizationId, hash: hashToken(text) };
}

function kindOf(text: string): TokenKind | undefined {
  if (text.startsWith(prefixes.agent)) return 'agent';
  return text.startsWith(prefixes.api) ? 'api' : undefined;
}

function hashToken(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function checksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64url');
}

function uuidToBytes(id: string): Buffer {
  const hex = id.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new Error('An organization id must be a UUID.');
  return Buffer.from(hex, 'hex');
}

function bytesToUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, uuidBytes);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
