import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';

import { keyBytes } from './key-text.ts';
import { open, seal } from './seal.ts';
import { Secret } from './secret.ts';

/** Which credential it is and whose. Sealed with it, so what is moved to another does not open. */
export interface CredentialIdentity {
  readonly organizationId: string;
  /** `organization`, `member` or `agent`. */
  readonly ownerKind: string;
  /** The member or agent; the organization itself otherwise. */
  readonly ownerId: string;
  readonly credentialId: string;
}

/** A credential's own data key: in clear for sealing its first version, and as it is stored. */
export interface NewDataKey {
  readonly key: KeyObject;
  readonly sealed: Buffer;
}

/** A random key for one credential, sealed under its owner's key. */
export function createDataKey(ownerKey: KeyObject, identity: CredentialIdentity): NewDataKey {
  const bytes = randomBytes(keyBytes);
  try {
    return { key: createSecretKey(bytes), sealed: seal(ownerKey, keyParts(identity), bytes) };
  } finally {
    bytes.fill(0);
  }
}

/** Throws `AppError('internal')` when it was changed, moved, or sealed with another key. */
export function openDataKey(
  ownerKey: KeyObject,
  identity: CredentialIdentity,
  sealed: Uint8Array,
): KeyObject {
  const bytes = open(ownerKey, keyParts(identity), sealed);
  try {
    if (bytes.length !== keyBytes) throw new AppError('internal', 'A data key has a wrong length.');
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The same data key under another key of its owner; nothing else is sealed anew. Throws as `openDataKey`. */
export function resealDataKey(
  from: KeyObject,
  to: KeyObject,
  identity: CredentialIdentity,
  sealed: Uint8Array,
): Buffer {
  const bytes = open(from, keyParts(identity), sealed);
  try {
    return seal(to, keyParts(identity), bytes);
  } finally {
    bytes.fill(0);
  }
}

/** One version of a credential: its fields as JSON under its data key. */
export function sealFields(
  dataKey: KeyObject,
  identity: CredentialIdentity,
  version: number,
  fields: Readonly<Record<string, Secret>>,
): Buffer {
  const entries = Object.entries(fields).map(([name, secret]) => [name, secret.reveal()]);
  const bytes = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
  try {
    return seal(dataKey, versionParts(identity, version), bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Throws `AppError('internal')` when it was changed, moved, or is another version's. */
export function openFields(
  dataKey: KeyObject,
  identity: CredentialIdentity,
  version: number,
  sealed: Uint8Array,
): Readonly<Record<string, Secret>> {
  const bytes = open(dataKey, versionParts(identity, version), sealed);
  try {
    return toSecrets(JSON.parse(bytes.toString('utf8')));
  } finally {
    bytes.fill(0);
  }
}

function toSecrets(fields: unknown): Readonly<Record<string, Secret>> {
  if (typeof fields !== 'object' || fields === null) throw unreadable();
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => {
      if (typeof value !== 'string') throw unreadable();
      return [name, new Secret(value)];
    }),
  );
}

function unreadable(): AppError {
  return new AppError('internal', 'A credential opened to something else than fields.');
}

function keyParts(identity: CredentialIdentity): readonly string[] {
  return ['credential-key', ...ownerParts(identity)];
}

function versionParts(identity: CredentialIdentity, version: number): readonly string[] {
  return ['credential', ...ownerParts(identity), String(version)];
}

function ownerParts(identity: CredentialIdentity): readonly string[] {
  const { organizationId, ownerKind, ownerId, credentialId } = identity;
  return [organizationId, ownerKind, ownerId, credentialId];
}
