import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { markedProcesses } from '../sandbox/processes.ts';
import { reapOrphans } from '../sandbox/reap.ts';
import { buildDriver } from './testing/build-driver.ts';
import type { DriverFixture } from './testing/build-driver.ts';

let fixture: DriverFixture;
beforeAll(async () => {
  fixture = await buildDriver();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

describe('a sandboxed server', () => {
  it('runs in the full sandbox on a data directory that only its owner may enter', async () => {
    expect(fixture.sandbox.tier, fixture.sandbox.reasons.join(' ')).toBe('bubblewrap');
    const { run } = await fixture.start();
    expect(await run('return process.cwd()')).toEqual({
      value: join(fixture.dataDir, 'instances', 'hostile', 'work'),
    });
  });

  it('has its own environment and nothing of the host', async () => {
    const { run } = await fixture.start(
      { env: { PLAIN: 'value' } },
      { id: 'environment', secrets: { TOKEN: 'only-for-its-environment' } },
    );
    const { value } = await run('return process.env');
    expect(value).toEqual({
      HOME: join(fixture.dataDir, 'instances', 'environment', 'home'),
      LANG: 'C.UTF-8',
      LOGNAME: 'plugboard',
      PATH: '/opt/plugboard/bin:/usr/local/bin:/usr/bin:/bin',
      PLAIN: 'value',
      PLUGBOARD_OWNER: expect.stringMatching(/^[0-9a-f]{16}\.[0-9a-f]{8}$/),
      PWD: join(fixture.dataDir, 'instances', 'environment', 'work'),
      TMPDIR: '/tmp',
      TOKEN: 'only-for-its-environment',
      USER: 'plugboard',
    });
    expect(await commandLines()).not.toContain('only-for-its-environment');
  });

  it('cannot read files of the host, the data directory or other instances', async () => {
    await writeFile(join(fixture.dataDir, 'master-key'), 'key');
    await fixture.start({}, { id: 'neighbour' });
    await writeFile(join(fixture.dataDir, 'instances', 'neighbour', 'home', 'note'), 'mine');
    const { run } = await fixture.start({}, { id: 'reader' });
    const read = (path: string) =>
      run(`return (await import('node:fs')).readFileSync(${JSON.stringify(path)}, 'utf8')`);
    for (const path of [
      '/etc/shadow',
      join(fixture.dataDir, 'master-key'),
      join(fixture.dataDir, 'instances', 'neighbour', 'home', 'note'),
      join(fixture.dataDir, 'sandbox', 'identity'),
      fileURLToPath(import.meta.url),
      `/proc/${process.pid}/environ`,
      '/sys/kernel/uevent_helper',
    ]) {
      expect(await read(path), path).toEqual({ error: 'ENOENT' });
    }
    expect(await run(`return (await import('node:fs')).readdirSync('/')`)).toEqual({
      value: expect.not.arrayContaining(['root', 'home', 'run', 'sys', 'work']),
    });
  });

  it('reaches nothing through links that it leaves in its work folder', async () => {
    const { run } = await fixture.start({}, { id: 'linker' });
    const code = `
      const fs = await import('node:fs');
      fs.symlinkSync('/etc/shadow', 'shadow');
      fs.symlinkSync(${JSON.stringify(fixture.dataDir)}, 'data');
      fs.symlinkSync('../../../../../../../../../../etc/shadow', 'up');
      const attempts = ['shadow', 'up', 'data/sandbox/identity', '/proc/1/root/etc/shadow', '/proc/self/cwd/../../../sandbox/identity'];
      return attempts.map((path) => { try { fs.readFileSync(path); return 'read'; } catch (error) { return error.code; } });`;
    const { value } = await run(code);
    expect(value).toEqual(['ENOENT', 'ENOENT', 'ENOENT', expect.any(String), 'ENOENT']);
    expect(value).not.toContain('read');
    // The next start finds them and must not follow them either.
    await expect(fixture.start({}, { id: 'linker' })).resolves.toBeDefined();
  });

  it('writes to its home, its work folder and /tmp, and nowhere else', async () => {
    const { run } = await fixture.start({}, { id: 'writer' });
    const write = (path: string) =>
      run(
        `(await import('node:fs')).writeFileSync(${JSON.stringify(path)}, 'x'); return 'written'`,
      );
    const { home, work } = {
      home: join(fixture.dataDir, 'instances', 'writer', 'home'),
      work: join(fixture.dataDir, 'instances', 'writer', 'work'),
    };
    for (const path of [join(home, 'a'), join(work, 'a'), '/tmp/a', '/dev/shm/a']) {
      expect(await write(path), path).toEqual({ value: 'written' });
    }
    for (const path of [
      join(fixture.installDir, 'hostile-server.mjs'),
      join(fixture.installDir, 'more.js'),
      '/usr/bin/more.js',
      '/opt/plugboard/bin/node',
      '/etc/passwd',
      '/more',
    ]) {
      expect(await write(path), path).toEqual({
        error: expect.stringMatching(/^E(?:ROFS|ACCES)$/),
      });
    }
    // Where the path leads through a folder in memory, writing works but reaches no one.
    await write(join(fixture.dataDir, 'instances', 'writer', 'more'));
    expect(existsSync(join(fixture.dataDir, 'instances', 'writer', 'more'))).toBe(false);
    expect(existsSync('/tmp/a')).toBe(false);
  });

  it('sees and signals no process but its own', async () => {
    const { run } = await fixture.start({}, { id: 'signaller' });
    expect(await run(`process.kill(${process.pid}, 0)`)).toEqual({ error: 'ESRCH' });
    const { value } = await run(
      `return (await import('node:fs')).readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length`,
    );
    expect(value).toBeLessThanOrEqual(2);
  });

  it('shows the folders that an admin named, and keeps the data directory out of them', async () => {
    const shared = join(fixture.root, 'shared');
    await mkdir(shared, { recursive: true });
    await writeFile(join(shared, 'note'), 'hello', { mode: 0o644 });
    await chmod(fixture.root, 0o755);
    const { run } = await fixture.start(
      { mounts: [{ path: fixture.root, writable: false }] },
      { id: 'mounted' },
    );
    const code = `
      const fs = await import('node:fs');
      return [fs.readFileSync(${JSON.stringify(join(shared, 'note'))}, 'utf8'),
        fs.existsSync(${JSON.stringify(join(fixture.dataDir, 'sandbox'))})];`;
    expect(await run(code)).toEqual({ value: ['hello', false] });
    await chmod(fixture.root, 0o700);
    const other = await fixture.start(
      { mounts: [{ path: shared, writable: true }] },
      { id: 'mounted-more' },
    );
    expect(
      await other.run(
        `return (await import('node:fs')).readFileSync(${JSON.stringify(join(shared, 'note'))}, 'utf8')`,
      ),
    ).toEqual({ value: 'hello' });
    await expect(
      fixture.start({ mounts: [{ path: join(fixture.dataDir, 'sandbox'), writable: false }] }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('is refused system calls that reach beyond it', async () => {
    const { run } = await fixture.start({}, { id: 'caller' });
    const code = `
      const { execFileSync } = await import('node:child_process');
      const sh = (line) => { try { return execFileSync('/bin/sh', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim() || 'ok'; } catch (error) { return String(error.stderr).trim() || 'failed'; } };
      const call = (...numbers) => sh("perl -e 'syscall(" + numbers.join(',') + ') == -1 ? print $!+0 : print "done"' + "'");
      const x64 = process.arch === 'x64';
      return {
        unshare: sh('unshare --user true'),
        mount: sh('mount -t tmpfs none /tmp'),
        vsock: call(x64 ? 41 : 198, 40, 1, 0),
        packet: call(x64 ? 41 : 198, 17, 3, 0),
        inet: call(x64 ? 41 : 198, 2, 1, 0),
        ptrace: call(x64 ? 101 : 117, 0, 0, 0, 0),
        keyctl: call(x64 ? 250 : 219, 0, 0, 0),
        bpf: call(x64 ? 321 : 280, 0, 0, 0),
        io_uring: call(425, 1, 0),
        clone3: call(435, 0, 0),
        tiocsti: call(x64 ? 16 : 29, 0, 0x5412, 0),
        personality: call(x64 ? 135 : 92, 0x0040000),
        capabilities: sh('grep CapEff /proc/self/status'),
        privileges: sh('grep NoNewPrivs /proc/self/status'),
      };`;
    expect(await run(code)).toEqual({
      value: {
        unshare: expect.stringContaining('Operation not permitted'),
        mount: expect.stringMatching(/denied|permitted|permission|superuser/),
        vsock: '97',
        packet: '97',
        inet: 'done',
        ptrace: '1',
        keyctl: '1',
        bpf: '1',
        io_uring: '1',
        clone3: '38',
        tiocsti: '1',
        personality: '1',
        capabilities: expect.stringMatching(/0{16}$/),
        privileges: expect.stringMatching(/1$/),
      },
    });
  });
});

describe('the limits of a server', () => {
  it('stop a fork bomb', async () => {
    const { run, server } = await fixture.start(
      { limits: { memoryMb: 512, cpus: 1, pids: 40 } },
      { id: 'bomb' },
    );
    const code = `
      const { spawn } = await import('node:child_process');
      const codes = [];
      await Promise.all(Array.from({ length: 100 }, () => new Promise((done) => {
        const child = spawn('/bin/sleep', ['30']);
        child.once('error', (error) => { codes.push(error.code); done(); });
        child.once('spawn', done);
      })));
      return [codes.length, codes[0]];`;
    const { value } = await run(code);
    expect(value).toEqual([expect.any(Number), 'EAGAIN']);
    await server.stop(50);
  });

  it('end a server that eats memory, and say so', async () => {
    const { run, server } = await fixture.start(
      { limits: { memoryMb: 128, cpus: 1, pids: 64 } },
      { id: 'eater' },
    );
    void run(
      'const all = []; for (;;) { all.push(Buffer.alloc(8 << 20, 1)); await new Promise(setImmediate); }',
    ).catch(() => undefined);
    expect(await server.exited).toMatchObject({ outOfMemory: true });
  });

  it('end a server whose heap is full, and say so', async () => {
    const { run, server } = await fixture.start(
      { limits: { memoryMb: 256, cpus: 1, pids: 64 } },
      { id: 'hoarder' },
    );
    void run('const all = []; for (;;) all.push({ text: [Math.random()] });').catch(
      () => undefined,
    );
    expect(await server.exited).toMatchObject({ outOfMemory: true });
  });

  it('measure the memory of the whole tree', async () => {
    const { run, server } = await fixture.start({}, { id: 'measured' });
    const before = (await server.memory()) ?? 0;
    await run('globalThis.kept = Buffer.alloc(50 << 20, 1)');
    const after = (await server.memory()) ?? 0;
    expect(before).toBeGreaterThan(1 << 20);
    expect(after - before).toBeGreaterThan(45 << 20);
  });
});

describe('the end of a server', () => {
  it('is clean when its input closes', async () => {
    const { server } = await fixture.start({}, { id: 'polite' });
    await server.stop(60_000);
    expect(await server.exited).toMatchObject({ code: 0, signal: null, outOfMemory: false });
  });

  it('comes to the whole tree, whatever it ignores', async () => {
    const { run, server } = await fixture.start({}, { id: 'stubborn' });
    await run(`
      process.on('SIGTERM', () => undefined);
      setInterval(() => undefined, 1000);
      const { spawn } = await import('node:child_process');
      spawn('/bin/sh', ['-c', 'trap "" TERM; sleep 1000 & wait'], { detached: true, stdio: 'inherit' });`);
    const { value } = await run('return process.env.PLUGBOARD_OWNER');
    const mark = `PLUGBOARD_OWNER=${String(value)}`;
    const count = async () => (await markedProcesses(mark)).length;
    await expect.poll(count).toBeGreaterThanOrEqual(3);
    await server.stop(100);
    expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(await markedProcesses(mark)).toEqual([]);
    for (const { folder } of fixture.sandbox.tools.nursery.folders) {
      expect((await readdir(folder)).filter((name) => name.startsWith('stubborn'))).toEqual([]);
    }
  });

  it('comes at once when the signal aborts', async () => {
    const life = new AbortController();
    const { server } = await fixture.start({}, { id: 'aborted', signal: life.signal });
    life.abort();
    expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  it('tells what it last wrote when it dies at start', async () => {
    await writeFile(
      join(fixture.installDir, 'crash.mjs'),
      `console.error('the database is missing'); process.exit(7);`,
    );
    await expect(fixture.start({ entry: 'crash.mjs' }, { id: 'crash' })).rejects.toThrow();
    await expect(fixture.start({ entry: 'missing.mjs' }, { id: 'crash' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await symlink('/etc/passwd', join(fixture.installDir, 'link.mjs'));
    await expect(fixture.start({ entry: 'link.mjs' }, { id: 'crash' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(
      fixture.start({ env: { 'A\0--bind\0/': 'x' } }, { id: 'crash' }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('the network of a server', () => {
  let host: Server;
  let port: number;
  let abstractName: string;
  const answers = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhost';

  beforeAll(async () => {
    host = createServer((socket) => socket.on('error', () => undefined).end(answers));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const address = host.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    abstractName = `\0plugboard-test-${process.pid}`;
  });
  afterAll(() => host.close());

  const dial = (target: string) => `
    const { connect } = await import('node:net');
    return await new Promise((resolve, reject) => connect(${target}).once('connect', () => resolve('connected')).once('error', reject));`;

  it('is none when it is off', async () => {
    const abstract = createServer().listen(abstractName);
    await writeFile(join(fixture.root, 'nothing'), '');
    const unix = createServer().listen(join(fixture.root, 'database.sock'));
    const { run } = await fixture.start({}, { id: 'offline' });
    expect(await run(dial(`{ host: '127.0.0.1', port: ${port} }`))).toEqual({
      error: 'ECONNREFUSED',
    });
    expect(await run(dial(`{ host: '1.1.1.1', port: 443 }`))).toEqual({ error: 'ENETUNREACH' });
    expect(await run(dial(JSON.stringify(abstractName)))).toEqual({ error: 'ECONNREFUSED' });
    expect(await run(dial(JSON.stringify(join(fixture.root, 'database.sock'))))).toEqual({
      error: 'ENOENT',
    });
    abstract.close();
    unix.close();
  });

  it('is the host’s when it is open', async () => {
    const { run } = await fixture.start({ network: { mode: 'open' } }, { id: 'online' });
    expect(await run(dial(`{ host: '127.0.0.1', port: ${port} }`))).toEqual({ value: 'connected' });
  });

  it('is the allow-list’s otherwise, and each refusal is told', async () => {
    const { run } = await fixture.start(
      { network: { mode: 'allow', hosts: ['example.com', `localhost:${port}`] } },
      { id: 'listed' },
    );
    expect(await run(dial(`{ host: '127.0.0.1', port: ${port} }`))).toEqual({
      error: 'ECONNREFUSED',
    });
    const ask = (url: string) => `
      const http = await import('node:http');
      const proxy = new URL(process.env.HTTP_PROXY);
      return await new Promise((resolve, reject) => http.get({ host: proxy.hostname, port: proxy.port, path: ${JSON.stringify(url)} }, (answer) => {
        let text = ''; answer.on('data', (chunk) => { text += chunk; }).on('end', () => resolve([answer.statusCode, text.slice(0, 4)]));
      }).once('error', reject));`;
    // Listed by name, but it resolves to this machine.
    expect(await run(ask(`http://localhost:${port}/`))).toMatchObject({ value: [403, 'loca'] });
    expect(await run(ask('http://169.254.169.254/latest/meta-data'))).toMatchObject({
      value: [403, '169.'],
    });
    expect(fixture.refused.filter(({ instance }) => instance === 'listed')).toEqual([
      { instance: 'listed', destination: { host: 'localhost', port } },
      { instance: 'listed', destination: { host: '169.254.169.254', port: 80 } },
    ]);
    expect(await run(`return (await fetch('https://other.example/')).status`)).toHaveProperty(
      'error',
    );
    expect(fixture.refused).toContainEqual({
      instance: 'listed',
      destination: { host: 'other.example', port: 443 },
    });
  });

  it('reaches a private address that the list names literally', async () => {
    const { run } = await fixture.start(
      { network: { mode: 'allow', hosts: [`127.0.0.1:${port}`] }, env: { NODE_OPTIONS: '' } },
      { id: 'literal' },
    );
    expect(
      await run(`delete process.env.NO_PROXY; delete process.env.no_proxy;
        const { connect } = await import('node:net');
        return await new Promise((resolve, reject) => {
          const socket = connect(3128, '127.0.0.1', () => socket.write('CONNECT 127.0.0.1:${port} HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'));
          let text = ''; socket.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text)).on('error', reject);
        });`),
    ).toEqual({ value: expect.stringMatching(/200 Connection established[^]*host$/) });
  });
});

describe.each(['sandboxed', 'openly sandboxed', 'plain'])(
  'after kill -9 of Plugboard, of a %s server',
  (mode) => {
    it('nothing is left', async () => {
      // Openly: the server's own user finds everything by itself, so that there is one stage less.
      await using own = await buildDriver({
        plain: mode === 'plain',
        open: mode === 'openly sandboxed',
      });
      await writeFile(
        join(own.installDir, 'fork-away.mjs'),
        `import { spawn } from 'node:child_process';
       spawn('/usr/bin/setsid', ['--fork', '/bin/sleep', '1000'], { detached: true, stdio: 'ignore' });
       console.error('ready');
       setInterval(() => undefined, 1000);`,
      );
      const program = fileURLToPath(new URL('testing/doomed-parent.ts', import.meta.url));
      const parent = spawn(process.execPath, [program, own.dataDir, own.installDir, mode], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => parent.stdout.once('data', resolve));
      const mark = `PLUGBOARD_OWNER=${await readFile(join(own.dataDir, 'sandbox', 'identity'), 'utf8')}.`;
      // The server, and what it started once that has left for a session of its own.
      await expect.poll(() => programs(mark)).toEqual(['node', 'sleep']);
      parent.kill('SIGKILL');
      if (mode !== 'plain') await expect.poll(() => markedProcesses(mark)).toEqual([]);
      await reapOrphans(own.dataDir);
      await expect.poll(() => markedProcesses(mark)).toEqual([]);
      for (const { folder } of own.sandbox.tools.nursery.folders) {
        const left = await readdir(folder, { withFileTypes: true });
        expect(left.filter((entry) => entry.isDirectory())).toEqual([]);
      }
    });
  },
);

describe('a plain server', () => {
  it('is refused unless an admin allows it', async () => {
    const { createProcessDriver } = await import('./process.ts');
    const ignore = () => undefined;
    const driver = await createProcessDriver({
      dataDir: fixture.dataDir,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      allowUnsandboxed: false,
      sandbox: { ...fixture.sandbox, tier: 'process', reasons: ['bubblewrap is not installed.'] },
    });
    const start = driver.start(
      {
        id: 'plain',
        organizationId: 'organization',
        slug: 'plain',
        idleMs: 0,
        startTimeoutMs: 20_000,
        launch: {
          driver: 'process',
          installDir: fixture.installDir,
          entry: 'hostile-server.mjs',
          args: [],
          env: {},
          network: { mode: 'off' },
          limits: { memoryMb: 128, cpus: 1, pids: 64 },
          mounts: [],
        },
      },
      { secrets: [] },
      { onStderr: ignore, signal: new AbortController().signal },
    );
    await expect(start).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('--allow-unsandboxed'),
    });
  });
});

/** Names of the programs that marked processes run, in order. */
async function programs(mark: string): Promise<string[]> {
  const pids = await markedProcesses(mark);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.map((line) => basename(line.split('\0')[0] ?? '')).toSorted();
}

async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.join('\n');
}
