import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { realData } from '../../../../test/harness/real-data.ts';
import { checkEntry, isTaken } from './check-entry.ts';
import { readDockerText } from './docker.ts';
import { placeWithin, readFolder } from './folder.ts';
import { readRegistry } from './registry.ts';
import {
  defaultSourceLimits,
  type Refusal,
  type SourceEntry,
  type SourceFetch,
  type SourcePages,
} from './source-reader.ts';

const signal = new AbortController().signal;
const minimal = { name: 'com.example/demo', description: 'A demo', version: '1.0.0' };

async function readAll(pages: SourcePages) {
  const entries: SourceEntry[] = [];
  const refusals: Refusal[] = [];
  for (;;) {
    const { value, done } = await pages.next();
    if (done) return { entries, refusals, end: value };
    entries.push(...value.entries);
    refusals.push(...value.refusals);
  }
}

function answering(body: unknown): SourceFetch {
  return async () =>
    new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
}

function check(server: unknown) {
  return checkEntry({ server }, defaultSourceLimits);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at += 1) value = [value];
  return value;
}

describe('checkEntry', () => {
  it('keeps fields that it does not know', () => {
    const server = { ...minimal, later: { a: [1] } };
    const checked = check(server);
    expect(isTaken(checked) && JSON.parse(checked.document)).toEqual(server);
  });

  it.each([
    ['path traversal', { ...minimal, name: '../..' }],
    ['a hidden name', { ...minimal, name: 'com.example/.git' }],
    ['a shell in a name', { ...minimal, name: 'com.example/a;b' }],
    ['a path in a version', { ...minimal, version: '1.0/../../x' }],
    ['depth', { ...minimal, x: nested(100_000) }],
    ['a prototype', JSON.parse('{"__proto__":{"a":1},"name":"a.b/c"}')],
    ['a prototype within', { ...minimal, x: [JSON.parse('{"__proto__":1}')] }],
    ['control characters', { ...minimal, title: 'a\u001b[31m' }],
    ['NUL', { ...minimal, x: { 'a\u0000': 1 } }],
    ['half a character', { ...minimal, title: '\udc00' }],
    ['size', { ...minimal, x: 'x'.repeat(300_000) }],
    ['a script as link', { ...minimal, websiteUrl: 'javascript:alert(1)' }],
    ['a file as remote', { ...minimal, remotes: [{ type: 'sse', url: 'file:///etc/passwd' }] }],
    ['no object', 'server'],
    ['null', null],
  ])('refuses %s', (_, server) => {
    const checked = check(server);
    expect(isTaken(checked)).toBe(false);
    expect(checked).toHaveProperty('reason', expect.stringMatching(/\S/));
  });

  it.each([
    ['npm', '$(id)'],
    ['npm', '--registry=evil'],
    ['npm', '../up'],
    ['npm', 'a b'],
    ['pypi', 'a;b'],
    ['oci', 'image:tag --privileged'],
    ['oci', '-v/:/host'],
    ['nuget', 'a|b'],
    ['cargo', 'a`b`'],
  ])('refuses a package of %s called %s', (registryType, identifier) => {
    const packages = [{ registryType, identifier, transport: { type: 'stdio' } }];
    expect(isTaken(check({ ...minimal, packages }))).toBe(false);
  });

  it("takes out what a stranger says in Plugboard's name", () => {
    const _meta = {
      'dev.plugboard/catalog': { tier: 'official', launch: { network: { mode: 'open' } } },
      'dev.plugboard/source': { stars: 3, category: 'ai' },
      'com.example/x': 1,
    };
    const checked = check({ ...minimal, _meta });
    expect(isTaken(checked) && JSON.parse(checked.document)._meta).toEqual({
      'dev.plugboard/source': { stars: 3, category: 'ai' },
      'com.example/x': 1,
    });
  });
});

describe('readRegistry', () => {
  it('says what it found at a location that is no registry, and what would be one', async () => {
    const page: SourceFetch = () =>
      Promise.resolve(new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    const missing: SourceFetch = () => Promise.resolve(new Response('', { status: 404 }));
    const cause = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const distrusted: SourceFetch = () => Promise.reject(new TypeError('failed', { cause }));
    const read = (fetch: SourceFetch) =>
      readAll(readRegistry('https://r.example', { fetch, signal }));
    await expect(read(page)).rejects.toThrow(
      /a web page and not with JSON.*before \/v0\.1\/servers/,
    );
    await expect(read(missing)).rejects.toThrow(/404: there is nothing.*before \/v0\.1\/servers/);
    await expect(read(answering({}))).rejects.toThrow(/is not a registry.*kind docker or folder/);
    await expect(read(distrusted)).rejects.toThrow(/does not trust.*NODE_EXTRA_CA_CERTS/);
  });

  it('asks for what changed with an overlap, and ends with the latest change', async () => {
    const asked: string[] = [];
    const official = { status: 'deprecated', statusMessage: 'Use another', isLatest: true };
    const fetch: SourceFetch = async (url, init) => {
      asked.push(url);
      const meta = { ...official, updatedAt: '2026-03-01T10:00:00Z' };
      return answering({
        servers: [
          { server: minimal, _meta: { 'io.modelcontextprotocol.registry/official': meta } },
        ],
        metadata: {},
      })(url, init);
    };
    const watermark = '2026-03-01T00:00:00.000Z';
    const { entries, end } = await readAll(
      readRegistry('https://r.example/sub/', { fetch, signal, watermark }),
    );
    expect(asked[0]).toMatch(/^https:\/\/r\.example\/sub\/v0\.1\/servers\?/);
    expect(new URL(asked[0]!).searchParams.get('updated_since')).toBe('2026-02-28T23:50:00.000Z');
    expect(entries).toMatchObject([
      { status: 'deprecated', statusMessage: 'Use another', isLatest: true },
    ]);
    expect(end).toEqual({ watermark: '2026-03-01T10:00:00.000Z', listing: 'changes' });
  });

  it('is not led into the future by a registry whose clock is', async () => {
    const _meta = {
      'io.modelcontextprotocol.registry/official': { updatedAt: '2999-01-01T00:00:00Z' },
    };
    const fetch = answering({ servers: [{ server: minimal, _meta }] });
    const { end } = await readAll(readRegistry('https://r.example', { fetch, signal }));
    expect(Date.parse(end.watermark ?? '')).toBeLessThanOrEqual(Date.now());
  });

  const seed = realData('registry-2025-05/seed.json');
  it.skipIf(seed === undefined)('converts the real entries of the first form', async () => {
    const servers: unknown = JSON.parse(readFileSync(seed!, 'utf8'));
    const { entries, refusals } = await readAll(
      readRegistry('https://r.example', { fetch: answering({ servers }), signal }),
    );
    expect(entries.length).toBe(464);
    // They have no name.
    expect(refusals).toHaveLength(7);
    expect(entries.filter(({ server }) => server.packages).length).toBeGreaterThan(130);
  });
});

describe('readDockerText', () => {
  const published = `
version: 3
registry:
  demo:
    title: Demo
    description: Shows things
    type: server
    image: mcp/demo@sha256:${'a'.repeat(64)}
    secrets: [{ name: demo.key, env: DEMO_KEY, example: abc }]
    env: [{ name: DEMO_URL, value: '{{demo.url}}' }]
    command: ['--level={{demo.level}}']
    volumes: ['{{demo.paths|volume|into}}']
    config:
      - name: demo
        type: object
        properties:
          url: { type: string, description: Where }
          level: { type: integer, default: 3 }
        required: [url]
    metadata: { category: database, tags: [x], githubStars: 5, pulls: 7, license: MIT, owner: acme }
    tools: [{ name: look }]
  far:
    description: Elsewhere
    remote:
      transport_type: sse
      url: https://far.example/sse
      headers: { Authorization: 'Bearer \${FAR_TOKEN}' }
    oauth: { providers: [{ provider: far, secret: far.token, env: FAR_TOKEN }] }
`;

  it('makes packages, variables and remotes of the published form', async () => {
    const { entries, refusals } = await readAll(readDockerText(published, 'it', {}));
    expect(refusals).toEqual([]);
    const [demo, far] = entries.map(({ server }) => server);
    expect(demo).toMatchObject({
      name: 'com.docker.mcp/demo',
      version: 'sha256-aaaaaaaaaaaa',
      packages: [
        {
          registryType: 'oci',
          identifier: `mcp/demo@sha256:${'a'.repeat(64)}`,
          environmentVariables: [
            { name: 'DEMO_KEY', isSecret: true, isRequired: true, placeholder: 'abc' },
            {
              name: 'DEMO_URL',
              value: '{url}',
              variables: { url: { description: 'Where', isRequired: true } },
            },
          ],
          packageArguments: [
            { value: '--level={level}', variables: { level: { default: '3', format: 'number' } } },
          ],
          runtimeArguments: [{ name: '-v', value: '{paths}', isRepeated: true }],
        },
      ],
      _meta: {
        'dev.plugboard/source': {
          category: 'databases',
          stars: 5,
          downloads: 7,
          publisher: 'acme',
          license: 'MIT',
          tools: [{ name: 'look' }],
        },
      },
    });
    expect(far).toMatchObject({
      remotes: [
        {
          type: 'sse',
          headers: [{ value: 'Bearer {FAR_TOKEN}', variables: { FAR_TOKEN: { isSecret: true } } }],
        },
      ],
      _meta: { 'dev.plugboard/source': { oauth: ['far'] } },
    });
  });

  it('reads nothing when it is as it was, and refuses a bomb', async () => {
    const { end } = await readAll(readDockerText(published, 'it', {}));
    const again = await readAll(readDockerText(published, 'it', { watermark: end.watermark }));
    expect(again).toMatchObject({ entries: [], end: { listing: 'same' } });
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
      .concat(
        'bcdefghij'.split('').map((key, at) => {
          const before = '*' + 'abcdefghij'[at];
          return `${key}: &${key} [${Array.from({ length: 9 }, () => before).join(',')}]`;
        }),
      )
      .join('\n');
    await expect(readAll(readDockerText(bomb, 'it', {}))).rejects.toMatchObject({
      code: 'upstream_failed',
    });
  });

  const catalog = realData('docker-catalog/catalog.json');
  it.skipIf(catalog === undefined)('takes every entry of the real catalog', async () => {
    const { entries, refusals } = await readAll(
      readDockerText(readFileSync(catalog!, 'utf8'), 'it', {}),
    );
    expect({ entries: entries.length, refusals }).toEqual({ entries: 328, refusals: [] });
    expect(entries.filter(({ server }) => server.packages).length).toBeGreaterThan(240);
    expect(entries.filter(({ server }) => server.remotes)).toHaveLength(76);
  });
});

describe('readFolder', () => {
  it('goes six levels deep, refuses what is wrong, and follows no link', async () => {
    const root = await mkdtemp(join(tmpdir(), 'plugboard-folder-'));
    try {
      const put = async (folder: string, text: string) => {
        await mkdir(join(root, folder), { recursive: true });
        await writeFile(join(root, folder, 'server.json'), text);
      };
      await put('1/2/3/4/5/6', JSON.stringify(minimal));
      await put('1/2/3/4/5/6/7', JSON.stringify({ ...minimal, version: '7.0.0' }));
      await put('twice', JSON.stringify(minimal));
      await put('broken', '{');
      await put('large', 'x'.repeat(300_000));
      await writeFile(join(root, '1/2/3/4/5/6/README.md'), '# Demo');
      await symlink('/etc', join(root, 'etc'));
      await symlink('/etc/passwd', join(root, 'server.json'));
      const { entries, refusals, end } = await readAll(readFolder(root, { signal, ours: true }));
      expect(entries).toMatchObject([{ server: minimal, readme: '# Demo' }]);
      expect(refusals.map(({ name }) => String(name)).toSorted()).toEqual([
        'broken/server.json',
        'large/server.json',
        'twice/server.json',
      ]);
      expect(end.listing).toBe('full');
      await expect(placeWithin(root, 'etc')).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(placeWithin(root, '../x')).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(placeWithin(root, 'none')).rejects.toMatchObject({ code: 'invalid_input' });
      expect(await placeWithin(root, '1')).toMatch(/1$/);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
