import { randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { entryPoint, nodeFlags } from '../harness/repository.ts';
import { eventually } from '../harness/eventually.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { runProgram } from '../harness/run-program.ts';
import { makeScratch } from '../harness/scratch.ts';
import { serveVault } from '../kms/vault-transit.ts';

const undo: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

async function start(options: Parameters<typeof startPlugboard>[0] = {}): Promise<Plugboard> {
  const plugboard = await startPlugboard(options);
  undo.push(plugboard);
  return plugboard;
}

async function finished(plugboard: Plugboard): Promise<void> {
  await eventually('the rotation ended', async () => {
    const { rotations, former } = await plugboard.api.keys.status();
    return (
      rotations.every(({ state }) => state === 'succeeded') && former.every(({ inUse }) => !inUse)
    );
  });
}

/** Both start on a folder whose database others brought, which here would be gone. */
const isEmbedded = process.env['PLUGBOARD_TEST_DATABASE'] !== 'external';

describe('rotating the master key of a running server', () => {
  it('survives a kill at any moment', async () => {
    const plugboard = await start();
    const ids = new Set([(await plugboard.api.keys.status()).masterKey.id]);
    for (const waitMs of [0, 5, 20, 60]) {
      const asked = plugboard.api.keys.rotateMaster({}).catch(() => undefined);
      if (waitMs > 0) await Promise.race([asked, new Promise((done) => setTimeout(done, waitMs))]);
      await plugboard.kill9();
      await asked;
      await plugboard.start();
      await finished(plugboard);
      ids.add((await plugboard.api.keys.status()).masterKey.id);
    }
    const { code, stdout } = await plugboard.cli('vault', 'rotate', '--master', '--yes', '--json');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const { masterKey } = await plugboard.api.keys.status();
    expect(ids.has(masterKey.id)).toBe(false);
    await plugboard.stop();
    await plugboard.start();
    expect((await plugboard.api.keys.status()).masterKey.id).toBe(masterKey.id);
    expect(await plugboard.api.audit.verify({})).toMatchObject({ ok: true });
    const checks = (await plugboard.api.status.doctor()).checks;
    expect(checks.find(({ name }) => name === 'vault')).toMatchObject({ result: 'ok' });
  });

  it.runIf(isEmbedded)(
    'moves to Vault, and the start says what is set wrong before it serves',
    async () => {
      const vault = await serveVault();
      undo.push(vault);
      const scratch = await makeScratch('keys');
      undo.push(scratch);
      const dataDir = join(scratch.path, 'data');
      const provider = `vault-transit:${vault.url}/plugboard`;
      const env = { VAULT_TOKEN: vault.token, VAULT_NAMESPACE: 'acme' };
      const first = await startPlugboard({ dataDir, env });
      const moved = await first.cli('vault', 'rotate', '--master', '--provider', provider, '--yes');
      expect(moved).toMatchObject({ code: 0 });
      expect(moved.stdout + moved.stderr).toContain(`PLUGBOARD_KEY_PROVIDER=${provider}`);
      await first[Symbol.asyncDispose]();

      const tryStart = (settings: Record<string, string>) =>
        runProgram(
          process.execPath,
          [...nodeFlags, entryPoint, 'up', '--port', '0', '--data-dir', dataDir],
          {
            env: { ...process.env, ...settings },
          },
        );
      const wrong = { PLUGBOARD_MASTER_KEY: randomBytes(32).toString('base64') };
      const refused = await tryStart(wrong);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(`PLUGBOARD_KEY_PROVIDER=${provider}`);
      expect(refused.stderr).not.toMatch(/\n\s+at /);
      for (const mode of ['denies', 'disabled', 'broken'] as const) {
        vault.mode = mode;
        const failed = await tryStart({ ...env, PLUGBOARD_KEY_PROVIDER: provider });
        expect(failed.code).not.toBe(0);
        expect(failed.stderr).toContain('Vault');
        expect(failed.stderr).not.toMatch(/\n\s+at |hvs\.test/);
      }
      vault.mode = 'works';
      const again = await start({ dataDir, env: { ...env, PLUGBOARD_KEY_PROVIDER: provider } });
      const { masterKey, configuredProvider } = await again.api.keys.status();
      expect(masterKey).toMatchObject({ provider: 'vault-transit' });
      expect(configuredProvider).toBe(provider);
    },
  );

  it.runIf(isEmbedded)(
    'refuses another key, and one that others may read, and changes nothing',
    async () => {
      const scratch = await makeScratch('keys');
      undo.push(scratch);
      const dataDir = join(scratch.path, 'data');
      const first = await startPlugboard({ dataDir });
      const { masterKey } = await first.api.keys.status();
      const file = join(dataDir, 'master.key');
      await chmod(file, 0o644);
      await expect(first.api.keys.rotateMaster({})).rejects.toMatchObject({ code: 'forbidden' });
      await chmod(file, 0o600);
      await first[Symbol.asyncDispose]();
      const right = await readFile(file, 'utf8');
      const tryStart = () =>
        runProgram(
          process.execPath,
          [...nodeFlags, entryPoint, 'up', '--port', '0', '--data-dir', dataDir],
          {
            env: { ...process.env },
          },
        );
      await writeFile(file, `${randomBytes(32).toString('base64')}\n`);
      const refused = await tryStart();
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(masterKey.id);
      expect(refused.stderr).toContain('Nothing was changed');
      await writeFile(file, right);
      const again = await start({ dataDir });
      expect((await again.api.keys.status()).masterKey.id).toBe(masterKey.id);
      expect((await readdir(dataDir)).filter((name) => name.startsWith('master.key'))).toEqual([
        'master.key',
      ]);
    },
  );
});
