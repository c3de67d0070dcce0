import { isAppError } from '@plugboard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';

import { createBackupKey, openBackup, packBackup } from './backup-file.ts';
import { openSecret, sealSecret } from './envelope.ts';
import { Secret } from './secret.ts';

const passphrase = new Secret('correct horse battery');
const content = Buffer.from(JSON.stringify({ what: 'is kept' }));
const identity = { ownerId: 'backup', instanceId: 'db', name: 'KEY' };

async function refusal(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isAppError(error, 'invalid_input'), String(error)).toBe(true);
  return String(error);
}

describe('a backup under a passphrase', () => {
  let file: Buffer = Buffer.alloc(0);
  let sealedSecret: Buffer = Buffer.alloc(0);
  beforeAll(async () => {
    const key = await createBackupKey(passphrase);
    sealedSecret = sealSecret(key.secrets, identity, new Secret('s3cret'));
    file = packBackup(content, key);
  });

  it('opens with it, and opens the secrets in it', async () => {
    const opened = await openBackup(file, passphrase);
    expect(opened.content.equals(content)).toBe(true);
    expect(openSecret(opened.key!.secrets, identity, sealedSecret).reveal()).toBe('s3cret');
    expect(() =>
      openSecret(opened.key!.secrets, { ...identity, instanceId: 'other' }, sealedSecret),
    ).toThrow(/moved/);
  });

  it('takes one passphrase that is written in two ways of Unicode', async () => {
    const key = await createBackupKey(new Secret('é'.normalize('NFC').repeat(12)));
    const opened = await openBackup(
      packBackup(content, key),
      new Secret('é'.normalize('NFD').repeat(12)),
    );
    expect(opened.content.equals(content)).toBe(true);
  });

  it('shows nothing of content or passphrase, and is another each time', async () => {
    expect(file.includes('kept')).toBe(false);
    expect(file.includes('horse')).toBe(false);
    expect(packBackup(content, await createBackupKey(passphrase)).equals(file)).toBe(false);
  });

  it('says that a passphrase is wrong, or missing', async () => {
    expect(await refusal(openBackup(file, new Secret('correct horse batterz')))).toMatch(
      /passphrase is not the one/,
    );
    expect(await refusal(openBackup(file, undefined))).toMatch(/give the passphrase/);
  });

  it('says of a cut or longer one that it is', async () => {
    expect(await refusal(openBackup(file.subarray(0, -1), passphrase))).toMatch(/was cut/);
    expect(await refusal(openBackup(Buffer.concat([file, content]), passphrase))).toMatch(/added/);
    expect(await refusal(openBackup(file.subarray(0, 60), passphrase))).toMatch(/not whole/);
  });

  it('refuses any changed byte of content and header', async () => {
    const end = file.indexOf('\n', 20);
    for (const at of [end + 1, file.length - 17, file.length - 1]) {
      const changed = Buffer.from(file);
      changed[at]! ^= 1;
      expect(await refusal(openBackup(changed, passphrase))).toMatch(/was changed/);
    }
    const header = JSON.parse(file.toString('utf8', file.indexOf('\n') + 1, end));
    const withHeader = (other: object) =>
      Buffer.concat([
        Buffer.from(`plugboard-backup 1\n${JSON.stringify({ ...header, ...other })}\n`),
        file.subarray(end + 1),
      ]);
    expect((await openBackup(withHeader({}), passphrase)).content.equals(content)).toBe(true);
    const nonce = Buffer.alloc(12).toString('base64');
    expect(await refusal(openBackup(withHeader({ nonce }), passphrase))).toMatch(/was changed/);
    const salt = Buffer.alloc(16).toString('base64');
    expect(await refusal(openBackup(withHeader({ salt }), passphrase))).toMatch(/first lines/);
  });

  it.each([
    ['costs more than we would spend', { n: 2 ** 24 }],
    ['costs next to nothing to guess', { n: 2 }],
    ['has a cost that is none', { n: 2 ** 17 + 1 }],
    ['has another block size', { r: 1024 }],
    ['takes too many rounds', { p: 1000 }],
    ['says more than it should', { more: 1 }],
    ['is of another kind', { kdf: 'md5' }],
  ])('refuses a header that %s', async (_why, other) => {
    const end = file.indexOf('\n', 20);
    const header = JSON.parse(file.toString('utf8', file.indexOf('\n') + 1, end));
    const text = `plugboard-backup 1\n${JSON.stringify(Object.assign(header, other))}\n`;
    const forged = Buffer.concat([Buffer.from(text), file.subarray(end + 1)]);
    expect(await refusal(openBackup(forged, passphrase))).toMatch(/header/);
  });
});

describe('a backup without a passphrase', () => {
  const file = packBackup(content, undefined);

  it('opens, and has no key for secrets', async () => {
    expect(await openBackup(file, undefined)).toEqual({ content, key: undefined });
    expect((await openBackup(file, passphrase)).key).toBeUndefined();
  });

  it('says when it was cut or changed', async () => {
    expect(await refusal(openBackup(file.subarray(0, -3), undefined))).toMatch(/was cut/);
    const changed = Buffer.from(file);
    changed[changed.length - 1]! ^= 1;
    expect(await refusal(openBackup(changed, undefined))).toMatch(/was changed/);
  });
});

it.each(['', 'x', 'plugboard-backup 2\n{}\n', 'plugboard-backup 1\n', 'PK\u0003\u0004'])(
  'refuses %j, which is no backup',
  async (text) => {
    await refusal(openBackup(Buffer.from(text), passphrase));
  },
);
