import { mkdtemp, rm } from 'node:fs/promises';
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
  return published.readme(name, { signal });
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
    await expect(published.readme('absent', { signal })).rejects.toMatchObject({
      code: 'install_failed',
    });
    await expect(published.readme('../../etc/passwd', { signal })).rejects.toThrow();
    await expect(published.readme('file:/etc', { signal })).rejects.toThrow();
  });
});
