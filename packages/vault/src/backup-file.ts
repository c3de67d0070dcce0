import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
  scrypt,
  type ScryptOptions,
  timingSafeEqual,
} from 'node:crypto';

import { AppError } from '@plugboard/contracts';

import { keyBytes } from './key-text.ts';
import { deriveKey } from './derive-key.ts';
import type { Secret } from './secret.ts';

/**
 * A backup is a line that names its format, a line of JSON that says how it is sealed, and its
 * content. Both lines are authenticated with the content (AES-256-GCM, as associated data).
 */
const firstLine = 'plugboard-backup 1\n';
const maxHeaderBytes = 4096;
const tagBytes = 16;

/** What can seal one: 128 MB of memory and some tenths of a second for each guess. */
const cost = { n: 2 ** 17, r: 8, p: 1 };
/** What somebody else's file may make us spend: 256 MB. */
const mostN = 2 ** 18;
const leastN = 2 ** 14;

interface ScryptHeader {
  readonly kdf: 'scrypt';
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  /** Of the key, so that a wrong passphrase is told from a changed file. */
  readonly check: string;
  readonly nonce: string;
  /** Of the content with its tag. */
  readonly bytes: number;
}

interface PlainHeader {
  readonly kdf: 'none';
  readonly sha256: string;
  readonly bytes: number;
}

/** By its form alone; undefined for any other text than one we write. */
function parseHeader(text: string): ScryptHeader | PlainHeader | undefined {
  const number = String.raw`(\d{1,15})`;
  const base64 = (length: number) => `"([A-Za-z0-9+/=]{${length}})"`;
  const [, sha256, plainBytes] =
    new RegExp(`^{"kdf":"none","sha256":"([0-9a-f]{64})","bytes":${number}}$`).exec(text) ?? [];
  if (sha256 !== undefined) return { kdf: 'none', sha256, bytes: Number(plainBytes) };
  const [, n, r, p, salt = '', check = '', nonce = '', bytes] =
    new RegExp(
      `^{"kdf":"scrypt","n":${number},"r":${number},"p":${number},"salt":${base64(24)},"check":${base64(24)},"nonce":${base64(16)},"bytes":${number}}$`,
    ).exec(text) ?? [];
  const [cpu, block, rounds, size] = [Number(n), Number(r), Number(p), Number(bytes)];
  const isPower = Number.isInteger(Math.log2(cpu)) && cpu >= leastN && cpu <= mostN;
  if (!isPower || block !== cost.r || rounds !== cost.p || size < tagBytes) return undefined;
  return { kdf: 'scrypt', n: cpu, r: block, p: rounds, salt, check, nonce, bytes: size };
}

/** The key of one backup. `secrets` seals what must not be in clear even while the content is. */
export interface BackupKey {
  readonly secrets: KeyObject;
  readonly content: KeyObject;
  readonly header: Omit<ScryptHeader, 'kdf' | 'nonce' | 'bytes'>;
}

/** A key for a new backup, made of a passphrase with scrypt (RFC 7914) and a random salt. */
export async function createBackupKey(passphrase: Secret): Promise<BackupKey> {
  const salt = randomBytes(16);
  const key = await stretch(passphrase, salt, cost);
  return {
    ...purposesOf(key),
    header: { ...cost, salt: salt.toString('base64'), check: checkOf(key).toString('base64') },
  };
}

/** Makes the file: sealed with the key, or without one in clear with a digest against accidents. */
export function packBackup(content: Buffer, key: BackupKey | undefined): Buffer {
  if (!key) {
    const header = { kdf: 'none' as const, sha256: hash('sha256', content), bytes: content.length };
    return Buffer.concat([headBytes(header), content]);
  }
  const nonce = randomBytes(12);
  const bytes = content.length + tagBytes;
  const head = headBytes({ kdf: 'scrypt', ...key.header, nonce: nonce.toString('base64'), bytes });
  const cipher = createCipheriv('aes-256-gcm', key.content, nonce, { authTagLength: tagBytes });
  cipher.setAAD(head);
  return Buffer.concat([head, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

export interface OpenedBackup {
  readonly content: Buffer;
  /** Opens the secrets in the content; undefined for a backup without secrets. */
  readonly key: BackupKey | undefined;
}

/**
 * Checks a file and opens it. Nothing of its content is looked at before it is known to be whole.
 * Throws `AppError('invalid_input')` saying whether it is no backup, was cut, was changed, or was made
 * with another passphrase.
 */
export async function openBackup(
  file: Buffer,
  passphrase: Secret | undefined,
): Promise<OpenedBackup> {
  const { header, head, sealed } = readHead(file);
  if (sealed.length !== header.bytes) {
    throw refused(
      sealed.length < header.bytes
        ? `The backup was cut: ${sealed.length} of ${header.bytes} bytes are there.`
        : 'The backup was changed: something was added to it.',
    );
  }
  if (header.kdf === 'none') {
    if (hash('sha256', sealed) !== header.sha256) throw refused('The backup was changed.');
    return { content: sealed, key: undefined };
  }
  if (!passphrase) {
    throw refused('The backup holds secrets: give the passphrase that it was made with.');
  }
  const { n, r, p, salt, check } = header;
  const key = await stretch(passphrase, Buffer.from(salt, 'base64'), { n, r, p });
  if (!timingSafeEqual(checkOf(key), Buffer.from(check, 'base64'))) {
    throw refused(
      'The passphrase is not the one that the backup was made with, or its first lines were changed.',
    );
  }
  const purposes = purposesOf(key);
  return {
    content: decrypt(purposes.content, header, head, sealed),
    key: { ...purposes, header: { n, r, p, salt, check } },
  };
}

function decrypt(key: KeyObject, { nonce }: ScryptHeader, head: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(head);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const content = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    decipher.final();
  } catch (error) {
    content.fill(0);
    throw refused('The backup was changed.', error);
  }
  return content;
}

function readHead(file: Buffer) {
  if (!file.subarray(0, firstLine.length).equals(Buffer.from(firstLine))) {
    throw refused('This is no backup of Plugboard, or one of another version.');
  }
  const end = file.subarray(0, maxHeaderBytes).indexOf('\n', firstLine.length);
  if (end < 0) throw refused('The backup was cut or changed: its header is not whole.');
  const header = parseHeader(file.toString('latin1', firstLine.length, end));
  if (!header) throw refused('The backup was changed: its header is none.');
  return {
    header,
    head: file.subarray(0, end + 1),
    sealed: file.subarray(end + 1),
  };
}

function headBytes(header: ScryptHeader | PlainHeader): Buffer {
  return Buffer.from(`${firstLine}${JSON.stringify(header)}\n`);
}

/** In the thread pool: it takes some tenths of a second. */
async function stretch(
  passphrase: Secret,
  salt: Buffer,
  { n, r, p }: typeof cost,
): Promise<KeyObject> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options: ScryptOptions = { N: n, r, p, maxmem: 128 * n * r + 64 * 1024 * 1024 };
  // One text typed on two machines is one passphrase.
  const text = Buffer.from(passphrase.reveal().normalize('NFC'), 'utf8');
  scrypt(text, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  try {
    const bytes = await promise;
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  } finally {
    text.fill(0);
  }
}

function purposesOf(key: KeyObject): Pick<BackupKey, 'secrets' | 'content'> {
  return { secrets: deriveKey(key, 'backup-secrets'), content: deriveKey(key, 'backup-content') };
}

function checkOf(key: KeyObject): Buffer {
  return deriveKey(key, 'backup-check').export().subarray(0, 16);
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('invalid_input', message, { cause });
}
