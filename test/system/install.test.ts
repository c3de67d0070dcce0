import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { packServer } from '../registry/pack.ts';

// npm's own patience with a registry that fails is a minute and more.
const fixture = plugboardForFile({
  env: { NPM_CONFIG_FETCH_RETRY_MINTIMEOUT: '50', NPM_CONFIG_FETCH_RETRY_MAXTIMEOUT: '200' },
});

/** Publishes a variant of the smallest server under a name of its own. */
async function publish(name: string, ...[changes, lies]: Publishing): Promise<string> {
  const { manifest, ...rest } = changes ?? {};
  const packed = await packServer('ten-tools', { ...rest, manifest: { ...manifest, name } });
  fixture.registry.publish(packed, lies);
  return name;
}

type Publishing = [
  changes?: Parameters<typeof packServer>[1],
  lies?: Parameters<typeof fixture.registry.publish>[1],
];

/** Adds what is to be refused, and resolves with what was said. */
async function refused(server: string, more: object = {}): Promise<string> {
  const { plugboard } = fixture;
  const before = await plugboard.api.instances.list();
  const { code, stderr } = await plugboard.cli(
    'server',
    'add',
    server,
    ...Object.values(more).map(String),
  );
  expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
  expect(code).not.toBe(0);
  expect((await plugboard.api.instances.list()).instances.length).toBe(before.instances.length);
  return stderr;
}

async function installed(): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory()) continue;
      if (entry.name === 'node_modules')
        found.push(...(await readdir(path.join(folder, entry.name))));
      else if (depth < 4) await walk(path.join(folder, entry.name), depth + 1);
    }
  };
  await walk(path.join(fixture.plugboard.dataDir, 'servers'), 0);
  return found;
}

afterEach(() => {
  fixture.registry.broken = false;
});

describe('adding a package', () => {
  it('installs the exact version that was named, and the latest otherwise', async () => {
    const { plugboard, registry } = fixture;
    const name = 'fixture-versions';
    for (const version of ['1.0.0', '2.0.0']) {
      registry.publish(await packServer('ten-tools', { manifest: { name, version } }));
    }
    const old = await plugboard.add({ server: `${name}@1.0.0`, slug: 'old' });
    const latest = await plugboard.add({ server: name, slug: 'latest' });
    expect([old.version, latest.version]).toEqual(['1.0.0', '2.0.0']);
    expect(old.offers.tools).toBe(10);
  });

  it('refuses a package that does not exist', async () => {
    expect(await refused('fixture-nowhere')).toMatch(
      /no package "fixture-nowhere" in the registry/,
    );
  });

  it('refuses a version that does not exist, naming those that do', async () => {
    const name = await publish('fixture-one-version');
    expect(await refused(`${name}@9.9.9`)).toMatch(/no version.*9\.9\.9.*1\.0\.0/);
  });

  it('refuses a package without a binary', async () => {
    const name = await publish('fixture-library', { manifest: { bin: undefined } });
    expect(await refused(name)).toMatch(/no command that could be started/);
  });

  it('asks which of several binaries is meant', async () => {
    const bin = { 'first-one': 'rpc.mjs', 'second-one': 'server.mjs' };
    const name = await publish('fixture-several', { manifest: { bin } });
    expect(await refused(name)).toMatch(/--command.*first-one, second-one/);
    const { plugboard } = fixture;
    const added = await plugboard.add({ server: name, slug: 'several', command: 'second-one' });
    expect(added.offers.tools).toBe(10);
  });

  it('refuses a tarball that is not what the registry vouches for', async () => {
    const good = await packServer('ten-tools', { manifest: { name: 'fixture-corrupted' } });
    const sent = Buffer.from(good.tarball);
    sent[sent.length - 20]! ^= 0xff;
    fixture.registry.publish(good, { sent });
    expect(await refused('fixture-corrupted')).toMatch(/not what the registry vouches for/);
    expect(await installed()).not.toContain('fixture-corrupted');
  });

  it('refuses a version whose content changed since it was installed', async () => {
    const { plugboard, registry } = fixture;
    const name = 'fixture-changed';
    registry.publish(await packServer('ten-tools', { manifest: { name } }));
    await plugboard.add({ server: `${name}@1.0.0`, slug: 'before-the-change' });
    const files = { 'extra.mjs': '// not there before' };
    registry.publish(await packServer('ten-tools', { manifest: { name }, files }));
    const { code, stdout, stderr } = await plugboard.cli(
      'server',
      'add',
      `${name}@1.0.0`,
      '--name',
      'after',
    );
    // Either it takes what it has, which is the old content, or it says what happened.
    if (code !== 0) expect(stderr).toMatch(/changed|differs/);
    else expect(stdout).toContain('after is ready');
    const found = await readdir(path.join(plugboard.dataDir, 'servers'), { recursive: true });
    expect(found.filter((file) => path.basename(file) === 'extra.mjs')).toEqual([]);
    expect(found.filter((file) => file.endsWith(`${name}/server.mjs`))).toHaveLength(1);
  });

  it('refuses a tarball that is not there', async () => {
    const name = await publish('fixture-lost', {}, { sent: undefined });
    expect(await refused(name)).toMatch(/fixture-lost/);
  });

  it('refuses a package for another Node, naming both', async () => {
    const name = await publish('fixture-future', { manifest: { engines: { node: '>=99' } } });
    expect(await refused(name)).toMatch(/needs Node >=99/);
  });

  it('says so when the registry fails', async () => {
    fixture.registry.broken = true;
    expect(await refused('fixture-anything')).toMatch(/registry/);
  });

  it('does not run install scripts', async () => {
    const { plugboard } = fixture;
    const name = await publish('fixture-scripted', {
      manifest: { scripts: { postinstall: 'node plant.mjs' } },
      files: {
        'plant.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('planted', 'x');`,
      },
    });
    await plugboard.add({ server: name, slug: 'scripted' });
    const client = await plugboard.client(plugboard.demoToken, '/starter/scripted');
    expect(await client.toolNames()).toHaveLength(10);
    const { stdout } = await plugboard.cli('audit', 'list', '--json', '--limit', '5');
    expect(stdout).not.toContain('planted');
    const found = await readdir(plugboard.dataDir, { recursive: true });
    expect(found.filter((file) => path.basename(file) === 'planted')).toEqual([]);
  });

  it.each([
    '../../etc/passwd',
    'file:/etc',
    'git+https://example.invalid/a.git',
    'https://example.invalid/a.tgz',
    '@scope',
    'Upper Case',
    'a\nb',
    '--global',
    'npm:other@1',
    '$(touch /tmp/x)',
    'a'.repeat(300),
    '\u202egnp.exe',
  ])('refuses the odd name %j', async (name) => {
    const { plugboard } = fixture;
    const asked = fixture.registry.requests.length;
    await expect(plugboard.add({ server: name, slug: 'odd' })).rejects.toThrow();
    const fetched = fixture.registry.requests.slice(asked);
    expect(fetched.filter((target) => target.endsWith('.tgz'))).toEqual([]);
  });

  it('shortens odd names of tools to what every client takes', async () => {
    const { plugboard, registry } = fixture;
    const name = 'fixture-odd-tools';
    const tools = ['with space', 'é/😀', 'x'.repeat(200), 'a.b', 'a_b', '__proto__', 'constructor'];
    const files = {
      'server.mjs': `import { serve, text } from './rpc.mjs';
        serve({ name: 'odd', tools: ${JSON.stringify(tools)}.map((name) => ({ name, run: async () => text(name) })) });`,
    };
    registry.publish(await packServer('ten-tools', { manifest: { name }, files }));
    await plugboard.add({ server: name, slug: 'odd-tools' });
    const client = await plugboard.client(plugboard.demoToken);
    const exposed = (await client.toolNames()).filter((tool) => tool.startsWith('odd-tools__'));
    expect(new Set(exposed).size).toBe(tools.length);
    for (const tool of exposed) expect(tool).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(await Promise.all(exposed.map((tool) => client.say(tool))))).toEqual(
      new Set(tools),
    );
  });
});
