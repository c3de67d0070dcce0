import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findSecrets } from '../harness/find-secrets.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { makeScratch } from '../harness/scratch.ts';
import { zip } from '../harness/zip.ts';

const secret = 'bundle-secret-hunter2-hunter2';
const fixture = plugboardForFile({ env: { DEMO_KEY: secret } });
let scratch: Awaited<ReturnType<typeof makeScratch>>;
beforeAll(async () => {
  scratch = await makeScratch('bundles');
});
afterAll(() => scratch[Symbol.asyncDispose]());

const serversFolder = fileURLToPath(new URL('../fixtures/servers/', import.meta.url));

/** A bundle of the smallest test server, which says what it was started with. */
async function bundle(changes: object = {}, files: Record<string, string> = {}): Promise<Buffer> {
  const manifest = {
    manifest_version: '0.3',
    name: 'demo-bundle',
    version: '1.2.3',
    description: 'Says what it was started with',
    author: { name: 'Somebody' },
    server: {
      type: 'node',
      entry_point: 'server/index.mjs',
      mcp_config: {
        command: 'node',
        args: ['${__dirname}/server/index.mjs', '--level', '${user_config.level}'],
        env: { DEMO_KEY: '${user_config.key}', DEMO_DATA: '${__dirname}${/}data.txt' },
      },
    },
    user_config: {
      level: { type: 'number', title: 'Level', default: 3 },
      key: { type: 'string', title: 'Key', sensitive: true, required: true },
    },
    ...changes,
  };
  return zip({
    'manifest.json': JSON.stringify(manifest),
    'data.txt': 'own data',
    'server/rpc.mjs': await readFile(path.join(serversFolder, 'rpc.mjs')),
    'server/index.mjs': `import { readFileSync } from 'node:fs';
      import { serve, text } from './rpc.mjs';
      const { DEMO_KEY = '', DEMO_DATA } = process.env;
      serve({ name: 'demo', tools: [{ name: 'say', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true },
        run: async () => text(JSON.stringify([process.argv.slice(2), DEMO_KEY.length, readFileSync(DEMO_DATA, 'utf8')])) }] });`,
    ...files,
  });
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function put(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(scratch.path, name);
  await writeFile(file, bytes);
  return file;
}

describe('a bundle', () => {
  it('is uploaded, installed, configured and called', async () => {
    const bytes = await bundle();
    const file = await put('demo.mcpb', bytes);
    const { plugboard } = fixture;
    const { code, stdout, stderr } = await plugboard.cli(
      'server',
      'add',
      file,
      '--sha256',
      digest(bytes),
      '--secret',
      'DEMO_KEY',
      '--name',
      'demo',
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toContain(digest(bytes));
    const added = await plugboard.api.instances.get({ instance: 'demo' });
    expect(added).toMatchObject({
      server: 'local.mcpb/demo-bundle',
      version: '1.2.3',
      secretNames: ['DEMO_KEY'],
    });
    const client = await plugboard.client(plugboard.demoToken, '/starter/demo');
    expect(JSON.parse(await client.say('say'))).toEqual([
      ['--level', '3'],
      secret.length,
      'own data',
    ]);
    const { bundles } = await plugboard.api.bundles.list();
    expect(bundles).toMatchObject([{ sha256: digest(bytes), name: 'demo-bundle', problems: [] }]);
  });

  it('stays usable after a restart, and goes with its last instance', async () => {
    const { plugboard } = fixture;
    await plugboard.stop();
    await plugboard.start();
    const client = await plugboard.client(plugboard.demoToken, '/starter/demo');
    expect(await client.say('say')).toContain('own data');
    await plugboard.api.instances.remove({ instance: 'demo' });
    expect(await readdir(path.join(plugboard.dataDir, 'servers'))).not.toContain(
      'mcpb+demo-bundle',
    );
  });

  it('is refused when it is another than expected, unsafe, or for another runtime', async () => {
    const { plugboard } = fixture;
    const good = await put('good.mcpb', await bundle({ version: '2.0.0' }));
    const odd = await put('odd.mcpb', await bundle({}, { 'a/File.txt': 'x', 'a/file.txt': 'y' }));
    const python = await put(
      'python.dxt',
      await bundle({ server: { type: 'python', entry_point: 'main.py' }, user_config: {} }),
    );
    for (const [args, message] of [
      [[good, '--sha256', 'a'.repeat(64)], /not the one that was expected/],
      [[odd], /name of another/],
      [[python], /Python server.*cannot run yet/],
      [[path.join(scratch.path, 'none.mcpb')], /no bundle/],
      [[good, '--name', 'incomplete'], /DEMO_KEY/],
    ] as const) {
      const { code, stdout, stderr } = await plugboard.cli('server', 'add', ...args);
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(message);
    }
    expect((await plugboard.api.instances.list()).instances).toEqual([]);
  });

  it('is taken from owners and admins alone, and not from strangers', async () => {
    const { plugboard } = fixture;
    const body = await bundle({ version: '3.0.0' });
    const send = (key: string) =>
      fetch(`${plugboard.apiUrl}/bundles`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body,
      });
    expect((await send('pbk_none')).status).toBe(401);
    expect((await send(plugboard.demoToken)).status).toBe(401);
    const sent = await send(plugboard.ownerKey);
    expect(sent.status).toBe(200);
    expect(await sent.json()).toMatchObject({ version: '3.0.0', sha256: digest(body) });
    await expect(plugboard.add({ server: `bundle:${'a'.repeat(64)}` })).rejects.toThrow(
      /No bundle/,
    );
  });

  it('left its secret nowhere', async () => {
    expect(await findSecrets(fixture.plugboard, [secret])).toEqual([]);
  });
});
