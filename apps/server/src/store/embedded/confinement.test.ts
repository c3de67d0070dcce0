import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { chooseConfinement } from './confinement.ts';

const isRoot = process.getuid?.() === 0;
const templateCache = fileURLToPath(new URL('../../../../../.cache/', import.meta.url));

describe.skipIf(process.platform !== 'linux')('a confined server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plugboard-confined-'));
    await chmod(folder, 0o711);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('serves and dies with us, by parent-death signal', async () => {
    await expectToDieWithParent(folder, []);
  });

  it('serves and dies with us, by a guard, where there is no parent-death signal', async () => {
    await expectToDieWithParent(folder, ['setpriv']);
  });

  it.skipIf(!isRoot)('serves root from a folder that other users cannot enter', async () => {
    const closed = path.join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await expectToDieWithParent(path.join(closed, 'data'), []);
  });

  it.skipIf(!isRoot)(
    'is refused to root in a closed folder without namespaces, with the cure',
    async () => {
      await chmod(folder, 0o700);
      await expect(chooseConfinement([folder], async () => undefined)).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(`chmod o+x ${folder}`),
      });
    },
  );
});

/** Runs a server from another process, which is then killed. */
async function expectToDieWithParent(folder: string, missing: readonly string[]): Promise<void> {
  const cluster = path.join(folder, 'postgres');
  const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    const { mkdir, writeFile, chown } = await import('node:fs/promises');
    const { chooseConfinement, findProgram } = await import(${url('confinement.ts')});
    const { ensureCluster } = await import(${url('cluster.ts')});
    const { findEngine } = await import(${url('engine.ts')});
    const { startPostmaster } = await import(${url('postmaster.ts')});
    const { makeSocketFolder } = await import(${url('socket-folder.ts')});
    const [folder, cluster, templateCache] = ${JSON.stringify([folder, cluster, templateCache])};
    await mkdir(folder, { recursive: true });
    const engine = await findEngine(folder + '/lib');
    const find = async (name) => ${JSON.stringify(missing)}.includes(name) ? undefined : findProgram(name);
    const confinement = await chooseConfinement([folder], find);
    await ensureCluster({ engine, confinement, directory: cluster, templateCache });
    const socketFolder = await makeSocketFolder(folder, confinement.owner);
    const hbaFile = folder + '/hba.conf';
    await writeFile(hbaFile, 'local all all trust');
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    await startPostmaster({ engine, confinement, cluster, socketFolder, hbaFile, log });
    console.log('ready');`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = once(createInterface({ input: parent.stdout }), 'line');
  const failed = once(parent, 'exit').then(() => Promise.reject(new Error('the parent ended')));
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  await access(path.join(cluster, 'postmaster.pid'));
  parent.kill('SIGKILL');
  // A server that shut down by itself has removed its pid file.
  const gone = () => expect(access(path.join(cluster, 'postmaster.pid'))).rejects.toThrow('ENOENT');
  await vi.waitFor(gone, { timeout: 30_000 });
}
