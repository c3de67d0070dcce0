import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { masterKeyId } from '../master-key-id.ts';
import { createFileProvider } from './file.ts';

let dataDir: string;
let path: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'plugboard-vault-'));
  path = join(dataDir, 'master.key');
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const installationId = 'i';
const stored = (id: string) => ({ id, installationId, wrapped: undefined });

function hex(key: KeyObject | undefined): string | undefined {
  return key?.export().toString('hex');
}

describe('the file provider', () => {
  it('makes a private file on first use and reads it again', async () => {
    const folder = join(dataDir, 'new');
    const first = await createFileProvider(folder).first(installationId, true);
    const again = await createFileProvider(folder).first(installationId, false);
    expect(hex(again.key)).toBe(hex(first.key));
    expect(first).toMatchObject({ id: masterKeyId(first.key), wrapped: undefined });
    expect((await stat(join(folder, 'master.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(inspect(first, { showHidden: true, depth: 9 })).not.toContain(hex(first.key));
  });

  it('gives one key to all who make it at once, and leaves no draft', async () => {
    const provider = createFileProvider(dataDir);
    const made = await Promise.all(
      Array.from({ length: 20 }, () => provider.first(installationId, true)),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['master.key']);
  });

  it('makes no key where one must have been', async () => {
    await expect(createFileProvider(dataDir).first(installationId, false)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Restore the file'),
    });
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('refuses a file that others may read, with the command that cures it', async () => {
    const provider = createFileProvider(dataDir);
    const { id } = await provider.first(installationId, true);
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      await chmod(path, mode);
      for (const use of [
        () => provider.first(installationId, true),
        () => provider.open(stored(id)),
        () => provider.create(installationId),
      ]) {
        await expect(use()).rejects.toMatchObject({
          code: 'forbidden',
          message: expect.stringContaining(`chmod 600 '${path}'`),
        });
      }
    }
    expect(await readdir(dataDir)).toEqual(['master.key']);
  });

  it('refuses a symbolic link and a damaged file, and never replaces it', async () => {
    const provider = createFileProvider(dataDir);
    await writeFile(path, 'half a k', { mode: 0o600 });
    await expect(provider.first(installationId, true)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.not.stringContaining('half a k'),
    });
    expect(await readFile(path, 'utf8')).toBe('half a k');
    await rm(path);
    await symlink('/nowhere', path);
    await expect(provider.first(installationId, true)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  describe('when the key is replaced', () => {
    it('keeps both until it is settled', async () => {
      const provider = createFileProvider(dataDir);
      const former = await provider.first(installationId, true);
      const next = await provider.create(installationId);
      expect(await readdir(dataDir)).toEqual(['master.key', `master.key.${next.id}`]);
      expect((await stat(`${path}.${next.id}`)).mode & 0o777).toBe(0o600);
      expect(hex(await provider.open(stored(former.id)))).toBe(hex(former.key));
      expect(hex(await provider.open(stored(next.id)))).toBe(hex(next.key));
      await provider.settle?.(next.id);
      await provider.settle?.(next.id);
      expect(await readdir(dataDir)).toEqual(['master.key']);
      expect(hex(await provider.open(stored(next.id)))).toBe(hex(next.key));
      expect(await provider.open(stored(former.id))).toBeUndefined();
    });

    it('settles on no other key than the one it is told', async () => {
      const provider = createFileProvider(dataDir);
      const former = await provider.first(installationId, true);
      const next = await provider.create(installationId);
      await provider.settle?.(former.id);
      expect(hex(await provider.open(stored(former.id)))).toBe(hex(former.key));
      expect(await readdir(dataDir)).toContain(`master.key.${next.id}`);
    });

    it('loses none to a rotation that is tried meanwhile', async () => {
      const provider = createFileProvider(dataDir);
      await provider.first(installationId, true);
      const next = await provider.create(installationId);
      const tried = await createFileProvider(dataDir).create(installationId);
      await Promise.all([
        provider.settle?.(next.id),
        createFileProvider(dataDir).settle?.(next.id),
      ]);
      expect(hex(await provider.open(stored(next.id)))).toBe(hex(next.key));
      expect(hex(await provider.open(stored(tried.id)))).toBe(hex(tried.key));
    });

    it('takes a key that another node made', async () => {
      const provider = createFileProvider(dataDir);
      await provider.first(installationId, true);
      const key = createSecretKey(randomBytes(32));
      await provider.adopt?.(key);
      await provider.adopt?.(key);
      expect(hex(await provider.open(stored(masterKeyId(key))))).toBe(hex(key));
    });

    it('writes through no link and into no file that others may read', async () => {
      const provider = createFileProvider(dataDir);
      await provider.first(installationId, true);
      const key = createSecretKey(randomBytes(32));
      const place = `${path}.${masterKeyId(key)}`;
      const target = join(dataDir, 'elsewhere');
      await symlink(target, place);
      await expect(provider.adopt?.(key)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(stat(target)).rejects.toThrow('ENOENT');
      await rm(place);
      await writeFile(place, `${key.export().toString('base64')}\n`, { mode: 0o644 });
      await expect(provider.adopt?.(key)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(provider.settle?.(masterKeyId(key))).rejects.toMatchObject({
        code: 'forbidden',
      });
      await chmod(place, 0o600);
      await writeFile(place, `${randomBytes(32).toString('base64')}\n`);
      await expect(provider.adopt?.(key)).rejects.toMatchObject({ code: 'conflict' });
      await provider.settle?.(masterKeyId(key));
      expect(await provider.open(stored(masterKeyId(key)))).toBeUndefined();
    });

    it('writes nothing while the file in force may be read by others', async () => {
      const provider = createFileProvider(dataDir);
      await provider.first(installationId, true);
      await chmod(path, 0o644);
      await expect(provider.create(installationId)).rejects.toMatchObject({ code: 'forbidden' });
      expect(await readdir(dataDir)).toEqual(['master.key']);
    });
  });
});
