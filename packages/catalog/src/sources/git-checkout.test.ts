import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { checkOut, type CheckoutOptions } from './git-checkout.ts';

const run = promisify(execFile);
const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];

let home: string;
let server: Server;
let base: string;
let authorization: string | undefined;
let hanging = false;

beforeAll(async () => {
  if (!existsSync('/usr/bin/git')) return;
  home = await mkdtemp(join(tmpdir(), 'plugboard-git-'));
  await makeRepository('servers');
  await run('git', ['init', '--quiet', '--bare', join(home, 'empty.git')]);
  server = createServer((request, response) => serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  authorization = undefined;
  hanging = false;
});
afterAll(async () => {
  if (!existsSync('/usr/bin/git')) return;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true, force: true });
});

/** A repository with an entry, a link that leads out, and a filter and a hook that would run. */
async function makeRepository(name: string): Promise<void> {
  const tree = join(home, name);
  await run('git', ['init', '--quiet', '--initial-branch=main', tree]);
  await mkdir(join(tree, 'one'));
  await writeFile(join(tree, 'one', 'server.json'), '{"name":"com.example/one"}');
  await symlink('/etc/passwd', join(tree, 'link'));
  await writeFile(join(tree, '.gitattributes'), '* filter=evil\n');
  await writeFile(join(tree, '.gitmodules'), '[submodule "x"]\n\tpath = x\n\turl = /etc\n');
  await run('git', ['-C', tree, 'add', '.']);
  await run('git', ['-C', tree, ...author, 'commit', '--quiet', '-m', 'One']);
  await run('git', ['clone', '--quiet', '--bare', tree, join(home, `${name}.git`)]);
}

/** Git's own server for HTTP, as a web server would run it. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  authorization = request.headers.authorization;
  if (hanging) return;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://git');
  if (pathname.startsWith('/moved/')) {
    response.writeHead(302, { location: (request.url ?? '').replace('/moved/', '/') }).end();
    return;
  }
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: home,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol']?.toString(),
    },
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.once('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.subarray(0, end).toString().split('\r\n');
    const status = headers.find((line) => line.startsWith('Status: '));
    response.statusCode = Number(status?.slice(8, 11) ?? 200);
    for (const line of headers.filter((each) => !each.startsWith('Status: '))) {
      const colon = line.indexOf(':');
      if (colon > 0) response.setHeader(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    response.end(answer.subarray(end + 4));
  });
}

let folders = 0;
function check(path: string, options: Partial<CheckoutOptions> = {}) {
  folders += 1;
  return checkOut({
    url: path.includes(':') ? path : `${base}${path}`,
    folder: join(home, `checkout-${folders}`),
    signal: new AbortController().signal,
    resolved: `127.0.0.1:${new URL(base).port}:127.0.0.1`,
    ...options,
  });
}

describe.skipIf(!existsSync('/usr/bin/git'))('checkOut', () => {
  it('gets the newest commit, with links as files', async () => {
    const { folder, commit } = await check('/servers.git');
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(await readFile(join(folder, 'one', 'server.json'), 'utf8')).toContain('com.example/one');
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(false);
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('/etc/passwd');
  });

  it('sends the token and puts it on no command line', async () => {
    await check('/servers.git', { authorization: 'Bearer placeholder' });
    expect(authorization).toBe('Bearer placeholder');
  });

  it('runs no hook of a template and no setting of the user', async () => {
    const user = join(home, 'user');
    await mkdir(join(user, 'hooks'), { recursive: true });
    const ran = join(home, 'ran');
    await writeFile(join(user, 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${ran}\n`);
    await chmod(join(user, 'hooks', 'post-checkout'), 0o755);
    await writeFile(
      join(user, '.gitconfig'),
      `[core]\n\thooksPath = ${join(user, 'hooks')}\n[filter "evil"]\n\tsmudge = touch ${ran}\n`,
    );
    const before = process.env['HOME'];
    process.env['HOME'] = user;
    try {
      await check('/servers.git');
    } finally {
      process.env['HOME'] = before;
    }
    await expect(lstat(ran)).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ['a repository that is not there', '/none.git'],
    ['one without a commit', '/empty.git'],
    ['a redirect', '/moved/servers.git'],
    ['a file', 'file:///etc'],
    ['a command', 'ext::sh -c true'],
  ])('refuses %s', async (_, path) => {
    await expect(check(path)).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('takes nothing that looks like an option for one', async () => {
    await expect(check('--upload-pack=true:x')).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('connects to the address that was checked, whatever the name resolves to', async () => {
    const { port } = new URL(base);
    const { commit } = await check(`http://catalog.example.com:${port}/servers.git`, {
      resolved: `catalog.example.com:${port}:127.0.0.1`,
    });
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
  });

  it('ends with the signal', async () => {
    hanging = true;
    const cancelling = new AbortController();
    const checking = check('/servers.git', { signal: cancelling.signal });
    await expect.poll(() => server.listening).toBe(true);
    cancelling.abort();
    await expect(checking).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says so when git is missing', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = home;
    try {
      await expect(check('/servers.git')).rejects.toMatchObject({
        code: 'install_failed',
        message: expect.stringMatching(/Install git/),
      });
    } finally {
      process.env['PATH'] = before;
    }
  });
});
