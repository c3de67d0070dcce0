import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { repository } from '../harness/repository.ts';

const isRoot = process.getuid?.() === 0;

/** What the launcher itself runs, and nothing else: no node, no npm. */
const tools = ['sh', 'dirname', 'readlink', 'uname', 'sha256sum', 'cut', 'cat', 'mkdir', 'flock'];
const more = ['rm', 'mv', 'cp', 'date', 'grep', 'sed', 'head'];

/** The npm that began this run, or the system's. */
const npm = ['/usr/bin/npm', '/usr/local/bin/npm'].find((file) => existsSync(file));

describe('the launcher', () => {
  let folder: string;
  let checkout: string;
  let bin: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'launcher-'));
    await chmod(folder, 0o755);
    checkout = path.join(folder, 'a check out');
    bin = path.join(folder, 'bin');
    await mkdir(bin);
    for (const name of [...tools, ...more]) await symlink(`/usr/bin/${name}`, path.join(bin, name));
    await copyCheckout(checkout);
    await writeFile(
      path.join(checkout, 'say.ts'),
      'const version: string = process.version;\nconsole.log(version, ...process.argv.slice(2));\n',
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** An old node, as far as a version check can tell. */
  async function oldNode(): Promise<string> {
    const old = path.join(folder, 'old');
    await mkdir(old, { recursive: true });
    await writeFile(path.join(old, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
    return old;
  }

  function launch(args: string[], env: Record<string, string> = {}, cwd = '/') {
    const { stdout, stderr, status } = spawnSync(path.join(checkout, 'plugboard'), args, {
      cwd,
      encoding: 'utf8',
      env: { PATH: bin, HOME: path.join(folder, 'home'), ...env },
    });
    return { stdout, stderr, code: status };
  }

  it('says what to install where there is neither node nor npm', async () => {
    const { code, stderr } = launch(['status'], { PATH: `${await oldNode()}:${bin}` });
    expect(stderr).toMatch(/needs Node 24 or newer, or npm to fetch it; neither is here/);
    expect(code).toBe(1);
  });

  it('says which version PLUGBOARD_NODE is when it is too old', async () => {
    const { code, stderr } = launch([], { PLUGBOARD_NODE: `${await oldNode()}/node` });
    expect(stderr).toMatch(/is not Node 24 or newer \(it says: v20\.20\.2\)/);
    expect(code).toBe(1);
  });

  it('refuses --run without a file of the repository', () => {
    expect(launch(['--run'])).toMatchObject({ code: 2, stderr: /--run needs a file/ });
    expect(launch(['--run', 'none.ts'])).toMatchObject({ code: 2, stderr: /there is no file/ });
  });

  it.runIf(isRoot)(
    'says who should run it where packages are missing and nothing can be written',
    () => {
      const { status, stderr } = spawnSync(path.join(checkout, 'plugboard'), ['status'], {
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
        env: { PATH: bin, PLUGBOARD_NODE: process.execPath },
      });
      expect(stderr).toMatch(/packages are not installed and .* is read-only/);
      expect(status).toBe(1);
    },
  );

  it.runIf(npm)(
    'installs once for many who start at once, again after it was cut short, and then starts quickly',
    async () => {
      const env = {
        ...network(),
        PATH: `${await oldNode()}:/usr/bin:/bin`,
        PLUGBOARD_NODE: process.execPath,
        HOME: path.join(folder, 'home'),
      };
      const cut = spawn(path.join(checkout, 'plugboard'), ['--run', 'say.ts'], {
        env,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await new Promise((resolve) => {
        cut.stderr.once('data', resolve);
      });
      const ended = new Promise((resolve) => {
        cut.once('exit', resolve);
      });
      process.kill(-(cut.pid ?? 0), 'SIGINT');
      await ended;
      expect(existsSync(path.join(checkout, 'node_modules/.plugboard'))).toBe(false);

      const starts = await Promise.all(
        ['one', 'two'].map(
          (word) =>
            new Promise<string>((resolve, reject) => {
              const child = spawn(path.join(checkout, 'plugboard'), ['--run', 'say.ts', word], {
                env,
              });
              let output = '';
              child.stdout.on('data', (chunk) => (output += chunk));
              child.stderr.on('data', (chunk) => (output += chunk));
              child.once('error', reject);
              child.once('close', () => resolve(output));
            }),
        ),
      );
      expect(starts.join('')).toContain(`${process.version} one\n`);
      expect(starts.join('')).toContain(`${process.version} two\n`);
      expect(starts.join('').match(/packages installed/g)).toHaveLength(1);

      // Nothing is left to install, nor a trace of it; the cache of compiled code is of use.
      const link = path.join(folder, 'link');
      await symlink(path.join(checkout, 'plugboard'), link);
      expect(execFileSync(link, ['--run', 'say.ts', 'a b'], { env, encoding: 'utf8' })).toBe(
        `${process.version} a b\n`,
      );
      const { stdout } = spawnSync(link, ['--version'], { env, encoding: 'utf8' });
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      expect(await readdir(path.join(checkout, '.cache'))).not.toContain('installing');
    },
  );
});

/** The files of this checkout, without what is installed or cached. */
async function copyCheckout(to: string): Promise<void> {
  const left = new Set(['node_modules', '.git', '.cache']);
  await cp(repository, to, {
    recursive: true,
    filter: (source) => !left.has(path.basename(source)),
  });
}

/** How to reach the registry. */
function network(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && /^(?:npm_config_|NODE_EXTRA_CA_CERTS$|https?_proxy$)/i.test(name)
        ? [[name, value]]
        : [],
    ),
  );
}
