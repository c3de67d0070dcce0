import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { allProcesses } from '../harness/processes.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packageOf } from '../registry/registry.ts';

const sandboxed = existsSync('/usr/bin/bwrap');
const canary = 'canary-of-the-vault-5f1d';
const hostCanary = 'canary-of-the-host-77ab';

const fixture = plugboardForFile({ env: { HOST_SECRET: hostCanary } }, async ({ plugboard }) => {
  const server = packageOf('looker');
  await plugboard.add({
    server,
    slug: 'looker',
    env: { PLAIN: 'plain' },
    secrets: { SECRET_TOKEN: canary },
  });
  await plugboard.add({ server, slug: 'open', network: { mode: 'open' } });
  await plugboard.add({
    server,
    slug: 'listed',
    network: { mode: 'allow', hosts: ['allowed.example'] },
  });
  await plugboard.add({
    server: packageOf('faulty'),
    slug: 'faulty',
    secrets: { SECRET_TOKEN: canary },
  });
});

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
async function look(slug: string, tool: string, args: object = {}): Promise<any> {
  const client = await fixture.plugboard.client(fixture.plugboard.demoToken, `/starter/${slug}`);
  return JSON.parse(await client.say(tool, args));
}

describe('what a server sees', () => {
  it('is an environment of its own', async () => {
    const seen = await look('looker', 'environment');
    expect(seen).toMatchObject({ PLAIN: 'plain', SECRET_TOKEN: canary });
    expect(JSON.stringify(seen)).not.toContain(hostCanary);
    const known =
      /^(?:PLUGBOARD_OWNER|PLAIN|SECRET_TOKEN|PATH|HOME|TMPDIR|TMP|TEMP|LANG|LC_\w+|TZ|NODE_\w+|PWD|SHLVL|_|USER|LOGNAME|SHELL|XDG_\w+|\w+_PROXY|\w+_proxy|SSL_\w+)$/;
    expect(Object.keys(seen).filter((name) => !known.test(name))).toEqual([]);
  });

  it.skipIf(!sandboxed)('is no process but its own', async () => {
    const seen: string[] = await look('looker', 'processes');
    expect(seen.length).toBeLessThan(6);
    expect(seen.join('\n')).not.toMatch(/postgres|vitest|launcher/);
    expect((await look('looker', 'who')).uid).not.toBe(0);
  });

  it.skipIf(!sandboxed)('is no file of the host or of others', async () => {
    const { dataDir } = fixture.plugboard;
    await using elsewhere = await makeScratch('elsewhere');
    await writeFile(path.join(elsewhere.path, 'file'), 'x', { mode: 0o644 });
    for (const file of [
      'owner.key',
      'master.key',
      'demo-agent.token',
      'run.json',
      'postgres.secret',
    ]) {
      expect(await look('looker', 'read', { path: path.join(dataDir, file) })).toMatchObject({
        ok: false,
      });
    }
    for (const folder of [dataDir, elsewhere.path, '/root', '/home', '/var/lib', '/sys/kernel']) {
      const seen = await look('looker', 'list', { path: folder });
      if (seen.ok)
        expect(seen.value).not.toEqual(
          expect.arrayContaining(await readdir(folder).catch(() => ['-'])),
        );
    }
    expect(await look('looker', 'read', { path: '/etc/shadow' })).toMatchObject({ ok: false });
    for (const file of ['/usr/planted', '/etc/planted', '/planted']) {
      expect([file, await look('looker', 'write', { path: file })]).toMatchObject([
        file,
        { ok: false },
      ]);
    }
    const { cwd } = await look('looker', 'who');
    expect(
      await look('looker', 'write', { path: path.join(cwd, 'mine'), data: 'x' }),
    ).toMatchObject({ ok: true });
  });

  it.skipIf(!sandboxed)('is no work folder of another instance', async () => {
    const { cwd } = await look('looker', 'who');
    await look('looker', 'write', { path: path.join(cwd, 'private'), data: 'of looker' });
    expect(
      await look('open', 'read', { path: path.join((await look('open', 'who')).cwd, 'private') }),
    ).toMatchObject({ ok: false });
  });
});

describe.skipIf(!sandboxed)('the network of a server', () => {
  let host: ReturnType<typeof createServer>;
  let port: number;

  beforeAll(async () => {
    host = createServer((_request, response) => void response.end('from the host'));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
    port = (host.address() as AddressInfo).port;
  });
  afterAll(() => void host.close());

  it('is off unless it is allowed', async () => {
    expect(await look('looker', 'connect', { host: '127.0.0.1', port })).toMatchObject({
      ok: false,
    });
    expect(await look('looker', 'fetch', { url: `http://127.0.0.1:${port}/` })).toMatchObject({
      ok: false,
    });
    expect((await look('looker', 'interfaces')).filter((name: string) => name !== 'lo')).toEqual(
      [],
    );
  });

  it('does not reach the database, nor Plugboard, by their sockets', async () => {
    const socket = path.join(fixture.plugboard.dataDir, 'run', '.s.PGSQL.5432');
    for (const slug of ['looker', 'open', 'listed']) {
      expect(await look(slug, 'connect', { path: socket })).toMatchObject({ ok: false });
    }
  });

  it('is what was opened', async () => {
    expect(await look('open', 'fetch', { url: `http://127.0.0.1:${port}/` })).toMatchObject({
      ok: true,
      body: 'from the host',
    });
  });

  it('that is allow-listed leads nowhere else, and never to the host itself', async () => {
    expect(await look('listed', 'connect', { host: '127.0.0.1', port })).toMatchObject({
      ok: false,
    });
    const seen = await look('listed', 'fetch', { url: `http://127.0.0.1:${port}/` });
    expect(seen.body).not.toBe('from the host');
    const other = await look('listed', 'fetch', { url: 'http://forbidden.example/' });
    expect(other.status).not.toBe(200);
  });
});

describe('a secret', () => {
  it('is nowhere in the clear but in the environment of its server', async () => {
    const { plugboard } = fixture;
    const faulty = await plugboard.client(plugboard.demoToken, '/starter/faulty');
    await faulty.call('leak');
    const answers = [
      await plugboard.api.instances.list(),
      await plugboard.api.instances.get({ instance: 'looker' }),
      await plugboard.api.audit.list({ limit: 1000 }),
      await plugboard.api.status.doctor(),
      (await plugboard.cli('logs', 'faulty', '--json')).stdout,
      (await plugboard.cli('server', 'list', '--json')).stdout,
      plugboard.output,
    ];
    expect(JSON.stringify(answers)).not.toContain(canary);
    expect(await filesWith(plugboard.dataDir, canary)).toEqual([]);
    expect(allProcesses().filter(({ command }) => command.includes(canary))).toEqual([]);
  });

  it('of Plugboard itself lies for its user alone', async () => {
    const { dataDir } = fixture.plugboard;
    expect((await stat(dataDir)).mode & 0o077).toBeLessThanOrEqual(0o011);
    for (const file of [
      'owner.key',
      'master.key',
      'demo-agent.token',
      'run.json',
      ...(process.env['PLUGBOARD_TEST_DATABASE'] === 'external' ? [] : ['postgres.secret']),
    ]) {
      expect([file, (await stat(path.join(dataDir, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
    const { ownerKey, demoToken } = fixture.plugboard;
    expect(await filesWith(dataDir, ownerKey)).toEqual(['owner.key']);
    expect(await filesWith(dataDir, demoToken)).toEqual(['demo-agent.token']);
  });
});

/** Files below a folder that hold a text, relative to it. */
async function filesWith(folder: string, wanted: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const content = await readFile(file).catch(() => Buffer.alloc(0));
    if (content.includes(wanted)) found.push(path.relative(folder, file));
  }
  return found;
}
