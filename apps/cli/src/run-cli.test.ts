import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { AppError } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCli } from './run-cli.ts';
import type { StartServer } from './start-server-port.ts';
import type { Terminal } from './terminal.ts';
import { buildTerminal } from './testing/build-terminal.ts';
import type { VerifyExport } from './verify-export-port.ts';

const refuseStart: StartServer = () =>
  Promise.reject(new AppError('locked', 'Another Plugboard runs on /data (process 7).'));

const verifyExport: VerifyExport = () =>
  Promise.resolve({ records: 1, head: undefined, fault: undefined });

async function run(args: string[], overrides: Partial<Terminal> = {}) {
  const { terminal, written } = buildTerminal(overrides);
  const code = await runCli(args, { startServer: refuseStart, verifyExport, terminal });
  return { code, ...written };
}

describe('the command line', () => {
  it('prints help and version on stdout', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, err: '', out: /Usage: plugboard/ });
    expect(await run(['--version'])).toMatchObject({ code: 0, err: '', out: /^\d+\.\d+\.\d+\n$/ });
  });

  it.each([
    [['stats'], /unknown command 'stats'\n\(Did you mean status\?\)/],
    [['status', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [['can', 'demo'], /missing required argument 'tool'/],
    [['grant', 'add', 'demo', '--level', 'root'], /Allowed choices are read, write/],
    [['logs', 'memory', '--grep', '['], /Give a regular expression/],
    [['agent', 'token', 'create', 'demo', '--expires', 'never'], /such as 12h or 7d/],
    [['connect', 'emacs'], /"emacs" is not a client.*\n.*claude-code/],
    [['call', 'x__y', 'z', '--url', 'http://127.0.0.1:9'], /neither a JSON object nor key=value/],
    [['status', '--url', 'localhost'], /is not the URL of a server/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, out, err } = await run(args);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('tells errors in JSON where JSON is asked for', async () => {
    const { code, out, err } = await run(['stats', '--json']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'usage', exitCode: 2 } });
  });

  it('says how to start a server that does not run', async () => {
    const { code, err } = await run(['status'], { env: { HOME: '/nonexistent' } });
    expect(code).toBe(3);
    expect(err).toBe(
      'error: No Plugboard is running on /nonexistent/.plugboard.\n' +
        '  start it with: ./plugboard up   (or name another with --url or --data-dir)\n',
    );
  });

  it('tells why the server did not start', async () => {
    const { code, err } = await run(['up']);
    expect(code).toBe(1);
    expect(err).toContain('error: Another Plugboard runs on /data (process 7).');
  });

  it('prints completions that name every command', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = await run(['completion', shell]);
      expect(code).toBe(0);
      for (const word of ['status', 'server', 'restart', 'tail']) expect(out).toContain(word);
    }
  });
});

describe('with something else at the address', () => {
  const seen: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url?.startsWith('/moved')) response.writeHead(302, { location: '/' }).end();
    else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
  });
  let url: string;
  let dataDir: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    dataDir = await mkdtemp(path.join(tmpdir(), 'data-'));
    await writeFile(path.join(dataDir, 'owner.key'), 'pbk_owner\n');
  });
  afterAll(async () => {
    proxy.close();
    await rm(dataDir, { recursive: true });
  });

  it('says so with exit code 3, and follows no redirect', async () => {
    expect(await run(['status', '--url', url])).toMatchObject({
      code: 3,
      err: /answered with status 502, and not as Plugboard does/,
    });
    expect(await run(['status', '--url', `${url}/moved`])).toMatchObject({ code: 3 });
  });

  it('gives no owner key to a server that was named without its data directory', async () => {
    const HOME = path.dirname(dataDir);
    seen.length = 0;
    await run(['status', '--url', url], { env: { HOME } });
    await run(['status', '--url', url, '--data-dir', dataDir]);
    expect(seen).toEqual([undefined, 'Bearer pbk_owner']);
  });
});

describe('connect', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'home-'));
  });
  afterAll(() => rm(home, { recursive: true }));
  const url = ['--url', 'http://127.0.0.1:4477'];

  function connect(...args: string[]) {
    return run(['connect', ...args], { env: { HOME: home, PLUGBOARD_TOKEN: 'pb_token' } });
  }

  it('asks for a token when it has none', async () => {
    const { code, err } = await run(['connect', 'cursor', ...url], { env: { HOME: home } });
    expect(code).toBe(2);
    expect(err).toContain('give --agent <agent> to make one');
  });

  it.each([
    'claude-code',
    'claude-desktop',
    'cursor',
    'vscode',
    'codex',
    'gemini',
    'windsurf',
    'zed',
    'opencode',
  ])('prints and writes the configuration of %s', async (client) => {
    const printed = await connect(client, ...url, '--json');
    const { file, config } = JSON.parse(printed.out);
    expect(JSON.stringify(config)).toContain('http://127.0.0.1:4477/mcp');
    expect(JSON.stringify(config)).toContain('pb_token');

    const written = await connect(client, ...url, '--write');
    expect(written).toMatchObject({ code: 0, out: /Undo: rm / });
    const text = await readFile(file, 'utf8');
    if (client !== 'codex') expect(JSON.parse(text)).toEqual(config);
    else expect(text).toContain('[mcp_servers.plugboard]\nurl = "http://127.0.0.1:4477/mcp"');

    expect((await connect(client, ...url, '--write')).out).toContain('has it already');
    const other = await connect(client, ...url, '--write', '--endpoint', 'starter/memory');
    expect(other.out).toMatch(/Undo: mv \S+\.backup \S+\n/);
    expect(await readFile(file, 'utf8')).toContain('http://127.0.0.1:4477/mcp/starter/memory');
  });
});
