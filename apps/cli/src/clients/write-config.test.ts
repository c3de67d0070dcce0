import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CliError } from '../cli-error.ts';
import { changeConfig } from './write-config.ts';

describe('changeConfig', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes a new file that its owner alone may read', async () => {
    const file = path.join(folder, 'deep/er/mcp.json');
    const written = await changeConfig(file, () => 'new');
    expect(written).toEqual({ file, changed: true, backup: undefined });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('keeps symbolic link and a backup, and shuts out who could read it', async () => {
    const target = path.join(folder, 'dotfiles.json');
    const file = path.join(folder, 'mcp.json');
    await writeFile(target, 'old');
    await chmod(target, 0o640);
    await symlink('dotfiles.json', file);
    const { backup } = await changeConfig(file, (text) => `${text} and new`);
    expect(await readlink(file)).toBe('dotfiles.json');
    expect(await readFile(target, 'utf8')).toBe('old and new');
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    expect(await readFile(backup ?? '', 'utf8')).toBe('old');
    expect((await stat(backup ?? '')).mode & 0o777).toBe(0o640);
  });

  it('writes nothing when nothing changes', async () => {
    const file = path.join(folder, 'mcp.json');
    await writeFile(file, 'same');
    expect(await changeConfig(file, (text) => text)).toMatchObject({ changed: false });
    expect(await readdir(folder)).toEqual(['mcp.json']);
  });

  it('leaves a file alone that cannot be changed, and says so', async () => {
    const file = path.join(folder, 'mcp.json');
    await writeFile(file, '{');
    const change = changeConfig(file, () => {
      throw new CliError('failed', 'it is not JSON');
    });
    await expect(change).rejects.toThrow(`${file} is left as it is: it is not JSON.`);
    expect(await readFile(file, 'utf8')).toBe('{');
    expect(await readdir(folder)).toEqual(['mcp.json']);
  });
});
