import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { lockDataDirectory } from './data-directory-lock.ts';

describe('lockDataDirectory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plugboard-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('refuses a second holder until the first lets go', async () => {
    const first = await lockDataDirectory(folder);
    await expect(lockDataDirectory(folder)).rejects.toMatchObject({ code: 'locked' });
    await expect(lockDataDirectory(folder)).rejects.toMatchObject({ code: 'locked' });
    first[Symbol.dispose]();
    (await lockDataDirectory(folder))[Symbol.dispose]();
  });

  it('cannot be taken by another user, who would have to read its file', async () => {
    await writeFile(path.join(folder, 'lock'), '', { mode: 0o644 });
    using _ = await lockDataDirectory(folder);
    expect((await stat(path.join(folder, 'lock'))).mode & 0o777).toBe(0o600);
  });
});
