import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deriveKey, loadMasterKey } from './master-key.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'plugboard-vault-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

function hex(key: KeyObject): string {
  return key.export().toString('hex');
}

describe('loadMasterKey', () => {
  it('makes a private file on first use and reads it again', async () => {
    const first = await loadMasterKey({ dataDir: join(dataDir, 'new'), env: {} });
    const again = await loadMasterKey({ dataDir: join(dataDir, 'new'), env: {} });
    expect(hex(again)).toBe(hex(first));
    expect(first.symmetricKeySize).toBe(32);
    expect((await stat(join(dataDir, 'new', 'master.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('gives one key to all who make it at once, and leaves no draft', async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => loadMasterKey({ dataDir, env: {} })),
    );
    expect(new Set(keys.map(hex)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['master.key']);
  });

  it('refuses a file that others may read, with the command that cures it', async () => {
    await loadMasterKey({ dataDir, env: {} });
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      await chmod(join(dataDir, 'master.key'), mode);
      await expect(loadMasterKey({ dataDir, env: {} })).rejects.toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining(`chmod 600 '${join(dataDir, 'master.key')}'`),
      });
    }
  });

  it('refuses a symbolic link and a damaged file, and never replaces it', async () => {
    const path = join(dataDir, 'master.key');
    await writeFile(path, 'half a k', { mode: 0o600 });
    await expect(loadMasterKey({ dataDir, env: {} })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.not.stringContaining('half a k'),
    });
    expect(await readFile(path, 'utf8')).toBe('half a k');
    await rm(path);
    await symlink('/nowhere', path);
    await expect(loadMasterKey({ dataDir, env: {} })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('prefers the environment, in hex, base64 or base64url', async () => {
    const bytes = randomBytes(32);
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      const env = { PLUGBOARD_MASTER_KEY: ` ${bytes.toString(form)}\n` };
      expect(hex(await loadMasterKey({ dataDir, env }))).toBe(bytes.toString('hex'));
    }
    expect(await readdir(dataDir)).toEqual([]);
  });

  it.each([
    '',
    'short',
    randomBytes(31).toString('hex'),
    randomBytes(33).toString('hex'),
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64'),
    `${randomBytes(31).toString('hex')}zz`,
  ])('refuses %j from the environment without repeating it', async (text) => {
    const failure = loadMasterKey({ dataDir, env: { PLUGBOARD_MASTER_KEY: text } });
    await expect(failure).rejects.toMatchObject({ code: 'invalid_input' });
    if (text) await expect(failure).rejects.not.toThrow(text);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('does not show its bytes when inspected', async () => {
    const bytes = randomBytes(32);
    const key = await loadMasterKey({
      dataDir,
      env: { PLUGBOARD_MASTER_KEY: bytes.toString('hex') },
    });
    const shown = inspect(key, { showHidden: true, depth: 10 });
    expect(shown).not.toContain(bytes.toString('hex').slice(0, 8));
    expect(JSON.stringify(key)).toBe('{}');
  });
});

describe('deriveKey', () => {
  it('is HKDF-SHA256 of RFC 5869 without salt', () => {
    const master = Buffer.alloc(32, 7);
    const pseudoRandom = createHmac('sha256', Buffer.alloc(32)).update(master).digest();
    const expected = createHmac('sha256', pseudoRandom)
      .update(Buffer.concat([Buffer.from('plugboard/audit'), Buffer.of(1)]))
      .digest('hex');
    expect(hex(deriveKey(createSecretKey(master), 'audit'))).toBe(expected);
  });

  it('gives different keys for different purposes and refuses none', () => {
    const master = createSecretKey(randomBytes(32));
    expect(hex(deriveKey(master, 'a'))).not.toBe(hex(deriveKey(master, 'b')));
    expect(() => deriveKey(master, '')).toThrow('purpose');
  });
});
