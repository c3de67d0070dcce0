import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import {
  expectNothingLeft,
  plugboardEnvironment,
  runCli,
  startPlugboard,
} from '../harness/plugboard.ts';
import { RawClient } from '../harness/raw-client.ts';
import { repository } from '../harness/repository.ts';
import { makeScratch } from '../harness/scratch.ts';
import { TestBrowser } from '../oauth/browser.ts';
import { startRegistry } from '../registry/registry.ts';

describe('the first ./plugboard up', () => {
  it('shows what it does and ends with all that one needs to go on; Ctrl-C leaves nothing', async () => {
    await using scratch = await makeScratch('first');
    await using registry = await startRegistry();
    const dataDir = path.join(scratch.path, 'data');
    const env = plugboardEnvironment(dataDir, {
      NPM_CONFIG_REGISTRY: registry.url,
      HOME: scratch.path,
    });
    const child = spawn(path.join(repository, 'plugboard'), ['up', '--port', '0'], {
      env,
      cwd: scratch.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit');
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    try {
      await eventually('it was ready', () => output.includes('Ctrl-C'), 120_000);
      const url = /MCP endpoint +(\S+)/.exec(output)?.[1];
      const token = /pba_[\w-]+/.exec(output)?.[0];
      expect(output).toMatch(/Starting the embedded database|Connecting/);
      for (const client of ['claude mcp add', 'Cursor', 'VS Code'])
        expect(output).toContain(client);
      expect(output).toMatch(/plugboard call \S+/);
      const client = await RawClient.open(url!, token!);
      expect(await client.toolNames()).toEqual([]);
    } finally {
      child.kill('SIGINT');
      await exited;
    }
    expect(child.exitCode).toBe(0);
    expect(output).not.toMatch(/\bat .+:\d+:\d+/);
    await expectNothingLeft(dataDir);
  });
});

describe('up', () => {
  const fixture = plugboardForFile();

  it('makes files that nobody else reads', async () => {
    const { dataDir } = fixture.plugboard;
    for (const entry of await readdir(dataDir, { withFileTypes: true })) {
      const { mode } = await stat(path.join(dataDir, entry.name));
      const others = mode & 0o077;
      const isSecret = /key|secret|token|run\.json|pid/.test(entry.name);
      if (entry.isFile() && isSecret) expect([entry.name, others]).toEqual([entry.name, 0]);
    }
    expect((await stat(dataDir)).mode & 0o066).toBe(0);
  });

  it('listens on loopback alone', async () => {
    const { port } = new URL(fixture.plugboard.url);
    const hex = Number(port).toString(16).toUpperCase().padStart(4, '0');
    const table = `${await readFile('/proc/net/tcp', 'utf8')}${await readFile('/proc/net/tcp6', 'utf8')}`;
    const listening = table
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${hex}`));
    expect(listening.map(([, local]) => local)).toEqual([`0100007F:${hex}`]);
  });

  it('refuses a data directory that another one uses, and says which', async () => {
    const { plugboard } = fixture;
    const second = await runCli(['up', '--port', '0', '--data-dir', plugboard.dataDir]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`Another Plugboard \\(process ${plugboard.pid}\\) is running on`),
    );
    expect((await fetch(`${plugboard.url}/readyz`)).status).toBe(200);
  });

  it('refuses a port that is taken', async () => {
    await using scratch = await makeScratch('port');
    const { port } = new URL(fixture.plugboard.url);
    const second = await runCli(['up', '--port', port, '--data-dir', path.join(scratch.path, 'd')]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/taken by another program.*--port/);
    await expectNothingLeft(scratch.path);
  });

  it('starts a second time with the same keys', async () => {
    const { plugboard } = fixture;
    const before = await plugboard.client(plugboard.demoToken);
    expect(await plugboard.stop()).toBe(0);
    const begun = performance.now();
    await plugboard.start();
    console.log(`second start: ready in ${((performance.now() - begun) / 1000).toFixed(2)} s`);
    expect((await before.request('ping')).message.result).toEqual({});
    expect((await plugboard.cli('status', '--json')).json).toMatchObject({ ready: true });
  });

  it('tells programs in JSON', async () => {
    const { plugboard } = fixture;
    const lines = plugboard.output.split('\n').filter((line) => line.startsWith('{'));
    const events = lines.map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: 'ready', mcpUrl: plugboard.mcpUrl });
  });

  it('is found healthy by its own doctor', async () => {
    const { json } = await fixture.plugboard.cli('doctor', '--json');
    expect(json.checks.filter(({ result }: { result: string }) => result === 'failed')).toEqual([]);
    expect(JSON.stringify(json)).not.toContain(fixture.plugboard.ownerKey);
  });

  it('describes its API', async () => {
    const { plugboard } = fixture;
    const document = await (await fetch(`${plugboard.apiUrl}/openapi.json`)).json();
    expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
  });
});

describe('a DATABASE_URL that does not work', () => {
  it.each([
    ['mysql://user:canary-password@localhost/x', 2, /DATABASE_URL must be a URL such as postgres:/],
  ])('is told so: %s', async (url, code, message) => {
    await using scratch = await makeScratch('url');
    const answer = await runCli(['up', '--port', '0'], {
      ...plugboardEnvironment(path.join(scratch.path, 'd')),
      DATABASE_URL: url,
    });
    expect(answer.stderr).toMatch(message);
    expect(answer.stderr).not.toContain('canary-password');
    expect(answer.code).toBe(code);
  });
});

describe('an installation that nobody has claimed', () => {
  const claim = async (plugboard: { output: string }) =>
    eventually('it said where to claim it', () => {
      const line = plugboard.output.split('\n').find((each) => each.includes('"type":"ready"'));
      return line === undefined ? undefined : JSON.parse(line);
    });

  it('is claimed by the link of its start, once, and says so no more', async () => {
    await using plugboard = await startPlugboard();
    const first = await claim(plugboard);
    expect(first).toMatchObject({ claimed: false });
    expect(first.claimUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/owner-link\/[\w-]{43}$/);

    // The link of the next start is another one, and the only one.
    await plugboard.stop();
    await plugboard.start();
    const { claimUrl } = await claim(plugboard);
    const browser = new TestBrowser();
    expect((await browser.get(first.claimUrl)).status).toBe(404);
    const password = 'correct horse battery staple 42';
    const form = { name: 'Olga', email: 'olga@example.com', password, again: password };
    const sameOrigin = { 'sec-fetch-site': 'same-origin' };
    const claimed = await browser.post(claimUrl, form, sameOrigin);
    expect([claimed.status, new URL(claimed.location ?? '').pathname]).toEqual([303, '/welcome']);
    expect((await browser.post(claimUrl, form, sameOrigin)).status).toBe(404);

    await plugboard.stop();
    await plugboard.start();
    const later = await claim(plugboard);
    expect(later).toMatchObject({ claimed: true });
    expect(later).not.toHaveProperty('claimUrl');
    await expect(readFile(path.join(plugboard.dataDir, 'owner-link.json'))).rejects.toThrow();
  });

  it('keeps the link that a person made before the start', async () => {
    await using plugboard = await startPlugboard();
    await plugboard.stop();
    const made = await plugboard.cli('owner', 'link', '--json', '--data-dir', plugboard.dataDir);
    const { pathname } = new URL(JSON.parse(made.stdout).link);
    await plugboard.start();
    expect(await claim(plugboard)).not.toHaveProperty('claimUrl');
    expect((await new TestBrowser().get(plugboard.url + pathname)).status).toBe(200);
  });
});
