import { createSecretKey, randomBytes } from 'node:crypto';

import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import {
  type CredentialIdentity,
  createDataKey,
  openDataKey,
  openFields,
  resealDataKey,
  sealFields,
} from './credential.ts';
import { Secret } from './secret.ts';

const ownerKey = createSecretKey(randomBytes(32));
const otherKey = createSecretKey(randomBytes(32));
const identity: CredentialIdentity = {
  organizationId: 'org-1',
  ownerKind: 'member',
  ownerId: 'ann',
  credentialId: 'credential-1',
};
const fields = { username: new Secret('ann'), password: new Secret('Grüße "\\ 😀') };

const elsewhere: readonly Partial<CredentialIdentity>[] = [
  { organizationId: 'org-2' },
  { ownerKind: 'agent' },
  { ownerId: 'bob' },
  { credentialId: 'credential-2' },
];

function refused(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (isAppError(error, 'internal')) return error.message;
    throw error;
  }
  throw new Error('It opened.');
}

describe('a data key', () => {
  const made = createDataKey(ownerKey, identity);

  it('opens under the key of its owner, and is another for each credential', () => {
    expect(openDataKey(ownerKey, identity, made.sealed).equals(made.key)).toBe(true);
    expect(createDataKey(ownerKey, identity).key.equals(made.key)).toBe(false);
  });

  it.each(elsewhere)('does not open moved to %j', (change) => {
    refused(() => openDataKey(ownerKey, { ...identity, ...change }, made.sealed));
  });

  it('does not open under another key', () => {
    refused(() => openDataKey(otherKey, identity, made.sealed));
  });

  it('is the same key when it is sealed anew', () => {
    const anew = resealDataKey(ownerKey, otherKey, identity, made.sealed);
    expect(openDataKey(otherKey, identity, anew).equals(made.key)).toBe(true);
    refused(() => openDataKey(ownerKey, identity, anew));
    refused(() => resealDataKey(otherKey, ownerKey, identity, made.sealed));
  });
});

describe('the fields of a credential', () => {
  const { key, sealed: sealedKey } = createDataKey(ownerKey, identity);
  const sealed = sealFields(key, identity, 3, fields);

  it('open as they were', () => {
    const opened = openFields(openDataKey(ownerKey, identity, sealedKey), identity, 3, sealed);
    expect(Object.entries(opened).map(([name, secret]) => [name, secret.reveal()])).toEqual([
      ['username', 'ann'],
      ['password', 'Grüße "\\ 😀'],
    ]);
  });

  it.each(elsewhere)('do not open moved to %j', (change) => {
    refused(() => openFields(key, { ...identity, ...change }, 3, sealed));
  });

  it('do not open as another version, changed, cut, or with another key', () => {
    refused(() => openFields(key, identity, 2, sealed));
    refused(() => openFields(key, identity, 33, sealed));
    refused(() => openFields(otherKey, identity, 3, sealed));
    refused(() => openFields(key, identity, 3, sealed.subarray(0, -1)));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(refused(() => openFields(key, identity, 3, changed))).not.toContain('ann');
    }
  });

  it('are not mistaken for a data key, nor a data key for fields', () => {
    refused(() => openDataKey(key, identity, sealed));
    refused(() => openFields(ownerKey, identity, 1, sealedKey));
  });

  it('keep names that objects have of themselves', () => {
    const odd = Object.fromEntries([['__proto__', new Secret('x')]]);
    const opened = openFields(key, identity, 1, sealFields(key, identity, 1, odd));
    expect(Object.keys(opened)).toEqual(['__proto__']);
  });
});
