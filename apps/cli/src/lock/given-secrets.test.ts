import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildTerminal } from '../testing/build-terminal.ts';
import { readGivenSecrets, variableOf } from './given-secrets.ts';
import { buildLock } from './testing/build-lock.ts';

describe('secrets of a lock document', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plugboard-secrets-'));
    await writeFile(join(folder, 'key.txt'), 'from the file\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const read = (
    env: Record<string, string>,
    options: Parameters<typeof readGivenSecrets>[1] = {},
    document = buildLock(),
  ) => readGivenSecrets(document, options, buildTerminal({ env, cwd: folder }).terminal);

  it('come from variables named after instance and secret', async () => {
    expect(variableOf('PLUGBOARD_SECRET', 'my-db', 'X-Api.key')).toBe(
      'PLUGBOARD_SECRET_MY_DB_X_API_KEY',
    );
    expect(
      (await read({ PLUGBOARD_SECRET_DB_API_KEY: 'a', PLUGBOARD_SECRET_DB_NONE: 'b' })).secrets,
    ).toEqual({ db: { API_KEY: 'a' } });
  });

  it('come from files, which outrank variables', async () => {
    const { secrets } = await read(
      { PLUGBOARD_SECRET_DB_API_KEY: 'a' },
      { secret: ['db.API_KEY=@key.txt', 'my-db.X-Key=@key.txt'] },
    );
    expect(secrets).toEqual({
      db: { API_KEY: 'from the file' },
      'my-db': { 'X-Key': 'from the file' },
    });
  });

  it.each(['db.API_KEY=value', 'db.API_KEY', 'API_KEY=@key.txt', 'db.=@key.txt', 'db.KEY=@none'])(
    'are refused as %s',
    async (item) => {
      await expect(read({}, { secret: [item] })).rejects.toMatchObject({ exitCode: 2 });
    },
  );

  it('are refused when one variable could mean two of them', async () => {
    const [db] = buildLock().instances!;
    const instances = [
      { ...db!, slug: 'a-b', secrets: ['C'] },
      { ...db!, slug: 'a', secrets: ['B_C'] },
    ];
    const env = { PLUGBOARD_SECRET_A_B_C: 'whose?' };
    await expect(read(env, {}, buildLock({ instances }))).rejects.toThrow(
      /could mean a-b\.C or a\.B_C/,
    );
    expect((await read({}, {}, buildLock({ instances }))).secrets).toEqual({});
  });

  it('of sources come alike', async () => {
    const sources = buildLock().sources!.map((source) => ({
      ...source,
      slug: 'mine',
      token: true,
    }));
    const document = buildLock({ sources });
    expect((await read({ PLUGBOARD_SOURCE_TOKEN_MINE: 't' }, {}, document)).sourceTokens).toEqual({
      mine: 't',
    });
    expect((await read({}, { sourceToken: ['mine=@key.txt'] }, document)).sourceTokens).toEqual({
      mine: 'from the file',
    });
  });
});
