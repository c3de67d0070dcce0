import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';

import type { ServerJson } from '@plugboard/catalog';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { zip } from '../../../../../test/harness/zip.ts';
import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { buildSource, storeEntries } from '../catalog/search/testing/build-catalog.ts';
import { addInstance } from '../instances/add-instance.ts';
import { bundleFolder } from './bundle-files.ts';
import { removeUnusedBundlesJob } from './remove-unused-job.ts';

const run = promisify(execFile);
const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);
const serversFolder = join(import.meta.dirname, '../../../../../test/fixtures/servers');

/** A bundle of a server with one tool, or of one that ends at once. */
async function bundle(version: string, { ends = false, license = 'MIT' } = {}): Promise<Buffer> {
  return zip({
    'manifest.json': JSON.stringify({
      manifest_version: '0.3',
      name: 'fetched',
      version,
      license,
      description: 'Says hello',
      author: { name: 'Somebody' },
      server: {
        type: 'node',
        entry_point: 'server/index.mjs',
        mcp_config: { command: 'node', args: ['${__dirname}/server/index.mjs'], env: {} },
      },
    }),
    'server/rpc.mjs': await readFile(join(serversFolder, 'rpc.mjs')),
    'server/index.mjs': ends
      ? 'process.exit(3)'
      : `import { serve, text } from './rpc.mjs';
         serve({ name: 'fetched', tools: [{ name: 'say', run: async () => text('hello') }] });`,
  });
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!hasOpenssl)('a bundle that the catalog names', () => {
  let app: TestApp;
  let folder: string;
  let files: Server;
  let sourceId: string;
  const served = new Map<string, Buffer>();
  const trusted = tls.getCACertificates('default');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plugboard-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await run('openssl', ['req', ...kind, ...subject, '-days', '2', '-keyout', key, '-out', cert]);
    const pem = await readFile(cert, 'utf8');
    tls.setDefaultCACertificates([...trusted, pem]);
    files = createServer({ key: await readFile(key), cert: pem }, ({ url }, response) => {
      const bytes = served.get(url ?? '');
      if (bytes) response.end(bytes);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
    app = await buildApp();
    const source = { slug: 'elsewhere', kind: 'registry' } as const;
    sourceId = await buildSource(app.services.db, app.organizationId, source);
  });
  afterAll(async () => {
    tls.setDefaultCACertificates(trusted);
    files.closeAllConnections();
    files.close();
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  let before: readonly string[];
  beforeEach(async () => {
    before = await left();
  });
  afterEach(() => served.clear());

  async function left(): Promise<readonly string[]> {
    const names = await readdir(app.dataDir, { recursive: true });
    return names
      .filter((name) => /^(?:servers|instances|bundles\/[^/]+|trials|logs)\/./.test(name))
      .sort();
  }

  /** Lists an entry whose bundle is served, under the digest given or its own. */
  async function list(bytes: Buffer, sha256 = digest(bytes)): Promise<string> {
    const name = 'com.example/fetched';
    served.set('/fetched.mcpb', bytes);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    const { port } = files.address() as AddressInfo;
    const listed = {
      registryType: 'mcpb' as const,
      identifier: `https://127.0.0.1:${port}/fetched.mcpb`,
      fileSha256: sha256,
      transport: { type: 'stdio' as const },
    };
    const server: ServerJson = { name, description: 'x', version: '1.0.0', packages: [listed] };
    await storeEntries(app.services.db, app.organizationId, sourceId, [{ server, isLatest: true }]);
    return name;
  }

  async function add(server: string, slug: string, allowPrivateNetwork = true): Promise<string> {
    const author = { organizationId: app.organizationId };
    const { signal } = new AbortController();
    const input = { server, slug };
    const outbound = { allowPrivateNetwork };
    return addInstance(app.services, author, input, { onProgress: () => {}, signal, outbound });
  }

  const folderOf = () => bundleFolder(app.dataDir, app.organizationId);

  it('is fetched, checked, installed and run, and kept while anything uses it', async () => {
    const bytes = await bundle('1.0.0');
    await add(await list(bytes), 'fetched');
    const { body } = await app.request('GET', '/instances/fetched');
    expect(body).toMatchObject({ server: 'com.example/fetched', offers: { tools: 1 } });
    expect(await readdir(folderOf())).toEqual([`${digest(bytes)}.mcpb`]);

    const file = join(folderOf(), `${digest(bytes)}.mcpb`);
    const old = join(folderOf(), `${'c'.repeat(64)}.mcpb`);
    await writeFile(old, 'uploaded by somebody');
    const context = { services: app.services, signal: new AbortController().signal };
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    for (const each of [file, old]) await utimes(each, twoDaysAgo, twoDaysAgo);
    await removeUnusedBundlesJob.run({}, context);
    expect(await readdir(folderOf())).toEqual([`${digest(bytes)}.mcpb`]);

    await expect(add('com.example/fetched', 'fetched')).rejects.toMatchObject({ code: 'conflict' });
    expect(await readdir(folderOf())).toEqual([`${digest(bytes)}.mcpb`]);
    await app.request('DELETE', '/instances/fetched');
    await utimes(file, twoDaysAgo, twoDaysAgo);
    await removeUnusedBundlesJob.run({}, context);
    expect(await readdir(folderOf())).toEqual([]);
  });

  it('goes with an add that failed', async () => {
    const bytes = await bundle('1.0.1', { ends: true });
    await expect(add(await list(bytes), 'ends')).rejects.toThrow(/exit code 3|ended/);
    expect(await left()).toEqual(before);
  });

  it('stays where it was uploaded, or another add of it succeeded', async () => {
    const bytes = await bundle('1.0.2');
    const name = await list(bytes);
    const outcomes = await Promise.allSettled([add(name, 'twice'), add(name, 'twice')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await readdir(folderOf())).toEqual([`${digest(bytes)}.mcpb`]);
    await app.request('DELETE', '/instances/twice');

    const uploaded = await bundle('1.0.3', { ends: true });
    const headers = { authorization: `Bearer ${app.ownerKey}` };
    const body = new Blob([new Uint8Array(uploaded)]);
    await app.fetch('/api/v1/bundles', { method: 'POST', headers, body });
    await expect(add(await list(uploaded), 'uploaded')).rejects.toThrow(/exit code 3|ended/);
    expect(await readdir(folderOf())).toContain(`${digest(uploaded)}.mcpb`);
    await rm(folderOf(), { recursive: true });
  });

  it('is refused when it is another than listed, gone, no bundle, or at a private address', async () => {
    const bytes = await bundle('1.0.4');
    await expect(add(await list(bytes, 'b'.repeat(64)), 'other')).rejects.toThrow(/SHA-256/);
    const name = await list(bytes);
    await expect(add(name, 'private', false)).rejects.toMatchObject({ code: 'forbidden' });
    served.clear();
    await expect(add(name, 'gone')).rejects.toThrow(/status 404/);
    await expect(add(await list(Buffer.from('no zip')), 'none')).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await left()).toEqual(before);
  });

  it('is refused for its licence once it was opened', async () => {
    const bytes = await bundle('1.0.5', { license: 'GPL-3.0-only' });
    const policy = { allow: null, deny: ['GPL-3.0-only'], unknown: 'allow' };
    await app.request('PUT', '/organization/licence-policy', policy);
    await expect(add(await list(bytes), 'licensed')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('GPL-3.0-only'),
    });
    expect(await left()).toEqual(before);
    await app.request('PUT', '/organization/licence-policy', { ...policy, deny: [] });
  });
});
