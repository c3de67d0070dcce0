import { createSecretKey, randomBytes } from 'node:crypto';

import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import {
  openInstallationKey,
  openNextMasterKey,
  sealInstallationKey,
  sealNextMasterKey,
} from './installation-key.ts';
import { masterKeyId } from './master-key-id.ts';
import { deriveKey } from './derive-key.ts';
import { createOwnerKey, openFirstOwnerKey, openOwnerKey, sealOwnerKey } from './owner-key.ts';
import { seal } from './seal.ts';

const masterKey = createSecretKey(randomBytes(32));
const otherMaster = createSecretKey(randomBytes(32));
const identity = {
  organizationId: 'acme',
  ownerKind: 'member',
  ownerId: 'ann',
  keyId: 'key-1',
} as const;

function refused(open: () => unknown): void {
  try {
    open();
  } catch (error) {
    if (isAppError(error, 'internal')) return;
    throw error;
  }
  throw new Error('It opened.');
}

describe('createOwnerKey and openOwnerKey', () => {
  it('give back the key, also under another master key', () => {
    const { key, sealed } = createOwnerKey(masterKey, identity);
    expect(openOwnerKey(masterKey, identity, sealed).equals(key)).toBe(true);
    const again = sealOwnerKey(otherMaster, identity, key);
    expect(openOwnerKey(otherMaster, identity, again).equals(key)).toBe(true);
    refused(() => openOwnerKey(otherMaster, identity, sealed));
  });

  it('refuse each changed byte and each cut', () => {
    const { sealed } = createOwnerKey(masterKey, identity);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      refused(() => openOwnerKey(masterKey, identity, changed));
      refused(() => openOwnerKey(masterKey, identity, sealed.subarray(0, at)));
    }
  });

  it.each([
    { ...identity, organizationId: 'other' },
    { ...identity, ownerKind: 'agent' as const },
    { ...identity, ownerId: 'ben' },
    { ...identity, keyId: 'key-2' },
    { organizationId: 'acme","member', ownerKind: 'member' as const, ownerId: '', keyId: 'key-1' },
  ])('refuse a row moved to %j', (elsewhere) => {
    const { sealed } = createOwnerKey(masterKey, identity);
    refused(() => openOwnerKey(masterKey, elsewhere, sealed));
    refused(() => openFirstOwnerKey(masterKey, elsewhere.organizationId, sealed));
  });

  it('open one from before keys had names for its organization alone', () => {
    const bytes = randomBytes(32);
    const sealed = seal(deriveKey(masterKey, 'owner-keys'), ['owner-key', 'acme'], bytes);
    expect(openFirstOwnerKey(masterKey, 'acme', sealed).export()).toEqual(bytes);
    refused(() => openFirstOwnerKey(masterKey, 'other', sealed));
    refused(() => openOwnerKey(masterKey, identity, sealed));
  });

  it('refuse what is sealed there but no key', () => {
    const short = seal(deriveKey(masterKey, 'owner-keys'), ['owner-key', 'acme'], randomBytes(31));
    refused(() => openFirstOwnerKey(masterKey, 'acme', short));
  });
});

describe('keys of the installation', () => {
  const key = createSecretKey(randomBytes(32));

  it('open for their purpose under their master key alone', () => {
    const sealed = sealInstallationKey(masterKey, 'audit-checkpoints', key);
    expect(openInstallationKey(masterKey, 'audit-checkpoints', sealed).equals(key)).toBe(true);
    refused(() => openInstallationKey(masterKey, 'session-cookies', sealed));
    refused(() => openInstallationKey(otherMaster, 'audit-checkpoints', sealed));
  });

  it('give the next master key to whoever has the one before', () => {
    const id = masterKeyId(otherMaster);
    const sealed = sealNextMasterKey(masterKey, id, otherMaster);
    expect(openNextMasterKey(masterKey, id, sealed).equals(otherMaster)).toBe(true);
    refused(() => openNextMasterKey(masterKey, masterKeyId(masterKey), sealed));
    refused(() => openNextMasterKey(otherMaster, id, sealed));
    refused(() => openInstallationKey(masterKey, id, sealed));
  });
});

describe('masterKeyId', () => {
  it('is the same for the same key, and shows nothing of it', () => {
    expect(masterKeyId(createSecretKey(masterKey.export()))).toBe(masterKeyId(masterKey));
    expect(masterKeyId(masterKey)).toMatch(/^[0-9a-f]{16}$/);
    expect(masterKeyId(masterKey)).not.toBe(masterKeyId(otherMaster));
    expect(masterKey.export().toString('hex')).not.toContain(masterKeyId(masterKey));
  });
});
