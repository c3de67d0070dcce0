import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createPublished, type Published } from './published.ts';
import { startRegistry, type TestRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let dataDir = '';
let published: Published;
const signal = new AbortController().signal;

beforeAll(async () => {
  registry = await startRegistry();
  vi.stubEnv('npm_config_registry', registry.url);
  vi.stubEnv('NPM_CONFIG_REGISTRY', registry.url);
  dataDir = await mkdtemp(join(tmpdir(), 'plugboard-readme-'));
  published = createPublished({ dataDir });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

async function readmeOf(name: string, manifest: Record<string, unknown>) {
  await registry.publish({ name, version: '1.0.0', manifest });
  return published.readme(name, undefined, { signal });
}

describe('the README of a published package', () => {
  it('comes as it was written, with where its source is', async () => {
    const readme = '# Mail\n\n<script>alert(1)</script>\n';
    const repository = { type: 'git', url: 'git+https://github.com/acme/mail.git' };
    expect(await readmeOf('mail', { readme, repository })).toEqual({
      markdown: readme,
      repositoryUrl: 'https://github.com/acme/mail',
    });
  });

  it('is cut at a line when it is larger than anybody reads', async () => {
    const found = await readmeOf('large', { readme: 'é'.repeat(49).concat('\n').repeat(5000) });
    const { markdown = '' } = found ?? {};
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(256 * 1024);
    expect(markdown.length).toBeGreaterThan(100_000);
    expect(markdown.endsWith('é\n')).toBe(true);
  });

  it.each([
    ['none', {}],
    ['empty', { readme: ' \n' }],
    ['not-found', { readme: 'ERROR: No README data found!' }],
    ['no-text', { readme: { toString: 'x' } }],
  ])('is not there: %s', async (name, manifest) => {
    expect(await readmeOf(name, manifest)).toBeUndefined();
  });

  it('is refused for what is no package', async () => {
    await expect(published.readme('absent', undefined, { signal })).rejects.toMatchObject({
      code: 'install_failed',
    });
    await expect(published.readme('../../etc/passwd', undefined, { signal })).rejects.toThrow();
    await expect(published.readme('file:/etc', undefined, { signal })).rejects.toThrow();
  });
});

describe('the README within a package', () => {
  async function within(name: string, files: Record<string, string>, more: object = {}) {
    await registry.publish({ name, version: '1.0.0', files, ...more });
    return (await published.readme(name, '1.0.0', { signal }))?.markdown;
  }

  it('is found where the registry tells none, and asked for once', async () => {
    const before = registry.fetched.length;
    const files = { 'README.md': '# Within', 'docs/README.md': 'deeper' };
    expect(await within('within', files)).toBe('# Within');
    await published.readme('within', '1.0.0', { signal });
    expect(registry.fetched.slice(before)).toEqual(['/within/-/1.0.0.tgz']);
  });

  it('is of the version that is named, else of the latest', async () => {
    for (const version of ['1.0.0', '2.0.0']) {
      await registry.publish({ name: 'two', version, files: { README: `is ${version}` } });
    }
    const of = async (version: string | undefined) =>
      (await published.readme('two', version, { signal }))?.markdown;
    expect(await of('1.0.0')).toBe('is 1.0.0');
    expect(await of(undefined)).toBe('is 2.0.0');
    expect(await of('9.9.9')).toBe('is 2.0.0');
    expect(await of('__proto__')).toBe('is 2.0.0');
  });

  it.each([
    ['any case', { 'readme.MD': 'it' }],
    ['before others', { README: 'plain', 'README.zh.md': 'zh', 'README.md': 'it', 'a.md': 'a' }],
    ['plain', { README: 'it', 'README.txt': 'no' }],
  ])('follows the rules of npm: %s', async (name, files) => {
    expect(await within(name.replaceAll(' ', '-'), files)).toBe('it');
  });

  it.each([
    ['no-such-file', { 'README.txt': 'no', 'src/README.md': 'no' }],
    ['says-nothing', { 'README.md': '\n' }],
  ])('is not there: %s', async (name, files) => {
    expect(await within(name, files)).toBeUndefined();
  });

  it('is bounded, and so is what is looked through', async () => {
    const long = await within('long', { 'README.md': 'é'.repeat(49).concat('\n').repeat(5000) });
    expect(Buffer.byteLength(long ?? '')).toBeLessThanOrEqual(256 * 1024);
    expect(long?.endsWith('é\n')).toBe(true);
    const bomb = { 'a.txt': '0'.repeat(101 * 1024 * 1024), 'README.md': 'behind' };
    expect(await within('bomb', bomb)).toBeUndefined();
    const noise = {
      'README.md': '# Heavy',
      'z.bin': randomBytes(16 * 1024 * 1024).toString('hex'),
    };
    expect(await within('heavy', { ...noise, 'y.bin': noise['z.bin'] })).toBe(undefined);
  });

  it('is not believed when it is not what the registry vouches for', async () => {
    await registry.publish({ name: 'forged', version: '1.0.0', files: { 'README.md': 'true' } });
    registry.tamper('forged', '1.0.0');
    await expect(published.readme('forged', '1.0.0', { signal })).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringContaining('integrity'),
    });
  });

  it('is of no file that a link leads to, and fills no disk', async () => {
    await registry.publish({
      name: 'linked',
      version: '1.0.0',
      links: { 'README.md': '/etc/passwd' },
    });
    expect(await published.readme('linked', '1.0.0', { signal })).toBeUndefined();
    const kept = await readdir(join(dataDir, 'cache', 'npm'), { recursive: true }).catch(() => []);
    const sizes = await Promise.all(
      kept.map(async (path) => (await stat(join(dataDir, 'cache', 'npm', path))).size),
    );
    expect(Math.max(0, ...sizes)).toBeLessThan(1024 * 1024);
  });
});
