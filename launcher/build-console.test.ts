import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { BuildFailure, buildConsole } from './build-console.ts';
import { keepConsoleBuilt } from './keep-console-built.ts';

const repository = join(import.meta.dirname, '..');
const going = new AbortController().signal;

/** A checkout with a console of one file. */
let root = '';
let app = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plugboard-build-'));
  app = join(root, 'apps/console');
  await mkdir(join(app, 'src'), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  await cp(join(repository, 'apps/console/package.json'), join(app, 'package.json'));
  await writeFile(join(root, 'package-lock.json'), '{}');
  await writeFile(join(app, 'index.html'), '<script type="module" src="/src/main.ts"></script>');
  await writeFile(join(app, 'src/main.ts'), 'document.title = "first";');
  await writeFile(
    join(app, 'vite.config.ts'),
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(join(root, 'builds'))}, JSON.stringify(process.env) + '\\n');
     export default { build: { outDir: process.env.PLUGBOARD_CONSOLE_OUT } };`,
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const built = async () => {
  const assets = await readdir(join(app, 'dist/assets'));
  return readFile(join(app, 'dist/assets', assets[0] ?? ''), 'utf8');
};
const builds = async () => (await readFile(join(root, 'builds'), 'utf8')).trim().split('\n');

describe('buildConsole', () => {
  it('builds what is not built, and nothing twice', async () => {
    expect(await buildConsole({ root, signal: going })).toBe('built');
    expect(await built()).toContain('first');
    expect(await buildConsole({ root, signal: going })).toBe('current');
    await writeFile(join(app, 'src/main.test.ts'), 'changed');
    expect(await buildConsole({ root, signal: going })).toBe('current');
    await writeFile(join(app, 'src/main.ts'), 'document.title = "second";');
    expect(await buildConsole({ root, signal: going })).toBe('built');
    expect(await built()).toContain('second');
    expect(await readdir(join(app, 'dist/assets'))).toHaveLength(1);
    expect(await readdir(join(app, '.build'))).toEqual([]);
  });

  it('builds once for all who ask at the same time', async () => {
    const all = await Promise.all([1, 2, 3].map(() => buildConsole({ root, signal: going })));
    expect(all.toSorted()).toEqual(['built', 'current', 'current']);
    expect(await builds()).toHaveLength(1);
  });

  it('does not wait for a process that is gone', async () => {
    await mkdir(join(app, '.build'));
    await writeFile(join(app, '.build/lock'), '4194304');
    expect(await buildConsole({ root, signal: going })).toBe('built');
  });

  it('leaves what was built where a build fails or is ended', async () => {
    await buildConsole({ root, signal: going });
    await writeFile(join(app, 'src/main.ts'), "import './absent.ts';");
    const failure = await buildConsole({ root, signal: going }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BuildFailure);
    expect(String(failure)).toContain('absent.ts');
    expect(String(failure)).not.toContain('\u001b');
    const stop = new AbortController();
    const ended = buildConsole({ root, signal: stop.signal });
    stop.abort();
    await expect(ended).rejects.toThrow();
    expect(await built()).toContain('first');
    expect(await readdir(join(app, '.build'))).toEqual([]);
  });

  it('tells what builds nothing that the server keeps to itself', async () => {
    vi.stubEnv('PLUGBOARD_MASTER_KEY', 'canary-key');
    vi.stubEnv('DATABASE_URL', 'postgres://canary');
    await buildConsole({ root, signal: going });
    expect((await builds()).join('')).not.toContain('canary');
  });
});

describe('keepConsoleBuilt', () => {
  it('tells in one line why there is none, and what to do', async () => {
    await writeFile(join(app, 'src/main.ts'), "import './absent.ts';");
    const { promise, resolve } = Promise.withResolvers<string>();
    await using _ = keepConsoleBuilt({ root, onWarning: resolve });
    const message = await promise;
    expect(message).toMatch(/^The console could not be built: .*absent\.ts/);
    expect(message).toContain('build-console-now.ts');
    expect(message).not.toContain('\n');
  });

  it('ends with who began it, without a word', async () => {
    const said: string[] = [];
    const keeping = keepConsoleBuilt({ root, onWarning: (message) => said.push(message) });
    await keeping[Symbol.asyncDispose]();
    expect(said).toEqual([]);
  });
});
