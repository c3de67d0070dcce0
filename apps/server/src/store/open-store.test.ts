import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { newId } from '@plugboard/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { GroupCommit } from '../features/audit/group-commit.ts';
import { verifyAudit } from '../features/audit/verify.ts';
import { openStore, type Store } from './open-store.ts';
import { queryTenant } from './tenant-query.ts';
import { silentLog } from './testing/database-server.ts';
import { buildOrganization } from './testing/test-database.ts';

const run = promisify(execFile);
const templateCache = fileURLToPath(new URL('../../../../.cache/', import.meta.url));

const mountable = await canMount();

// These have servers of their own, whatever database the other tests use.
describe('openStore on the embedded database', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'plugboard-store-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const open = (more: Partial<Parameters<typeof openStore>[0]> = {}): Promise<Store> =>
    openStore({ dataDir, log: silentLog, templateCache, ...more });

  it('starts, keeps its data, and starts again', async () => {
    let organizationId: string;
    {
      await using store = await open();
      organizationId = await buildOrganization(store.db);
    }
    await using store = await open();
    expect(await organizations(store, organizationId)).toHaveLength(1);
  });

  it('serves from a data directory with a long name', async () => {
    dataDir = path.join(dataDir, 'n'.repeat(120));
    await mkdir(dataDir);
    await using store = await open();
    expect(await buildOrganization(store.db)).toBeTypeOf('string');
  });

  it('shows its roles no password, and lets the bootstrap role in no more', async () => {
    await using store = await open();
    const { password: _, ...without } = store.connection;
    const { Client } = await import('pg');
    for (const user of ['plugboard_app', 'plugboard_owner', 'plugboard_bootstrap', 'postgres']) {
      const client = new Client({ ...without, user, password: 'guess' });
      client.on('error', () => undefined);
      await expect(client.connect()).rejects.toThrow();
    }
  });

  it('provisions again when its secret was lost', async () => {
    {
      await using store = await open();
      await buildOrganization(store.db);
    }
    await rm(path.join(dataDir, 'postgres.secret'));
    await using store = await open();
    expect(await buildOrganization(store.db)).toBeTypeOf('string');
  });

  it('refuses a data directory that is in use, naming who uses it', async () => {
    await using store = await open();
    expect(store.kind).toBe('embedded');
    await expect(open()).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'leaves no process behind when its process is killed, and starts again at once',
    async () => {
      await using holder = await holdElsewhere(dataDir);
      const servers = await processesOf(dataDir);
      expect(servers.length).toBeGreaterThan(3);
      await expect(open()).rejects.toMatchObject({
        code: 'locked',
        details: { pid: holder.child.pid },
      });
      holder.child.kill('SIGKILL');
      await once(holder.child, 'exit');
      await using store = await open();
      expect(await buildOrganization(store.db)).toBeTypeOf('string');
      for (const pid of servers) {
        await expect(access(`/proc/${pid}/cwd/PG_VERSION`)).rejects.toThrow();
      }
    },
  );

  it('resumes by itself when the server is killed under load, and loses nothing acknowledged', async () => {
    const onDown = vi.fn<() => void>();
    const onUp = vi.fn<() => void>();
    await using store = await open({ onDown, onUp });
    const organizationId = await buildOrganization(store.db);
    await using commits = new GroupCommit({ connection: store.connection, log: silentLog });
    const acknowledged: string[] = [];
    const load = { stopped: false };
    const writers = Array.from({ length: 16 }, async () => {
      while (!load.stopped) {
        const callId = newId();
        try {
          await commits.append(organizationId, {
            kind: 'call.outcome',
            at: Date.now(),
            callId,
            agentId: newId(),
            method: 'tools/call',
            outcome: 'ok',
            durationMs: 1,
          });
          acknowledged.push(callId);
        } catch (error) {
          expect(error).toMatchObject({ code: 'unavailable' });
        }
      }
    });
    const reader = (async () => {
      while (!load.stopped) {
        await organizations(store, organizationId).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'unavailable' });
        });
        await delay(1);
      }
    })();
    for (let kills = 1; kills <= 3; kills += 1) {
      await delay(300);
      process.kill(await postmasterPid(dataDir), 'SIGKILL');
      await vi.waitFor(() => expect(onUp).toHaveBeenCalledTimes(kills), { timeout: 60_000 });
    }
    const before = acknowledged.length;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 100), {
      timeout: 60_000,
    });
    load.stopped = true;
    await Promise.all([...writers, reader]);

    expect(onDown).toHaveBeenCalledTimes(3);
    const query = store.db.selectFrom('audit_records').select('call_id').compile();
    const kept = new Set(
      (await queryTenant(store.pool, organizationId, query)).map((row) => row.call_id),
    );
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    const key = Buffer.alloc(32);
    const verification = await verifyAudit({ db: store.db, dataDir, key }, organizationId);
    expect(verification).toMatchObject({ records: kept.size, fault: undefined });
  }, 300_000);

  it.skipIf(!mountable)(
    'says that the disk is full, loses nothing acknowledged, and resumes when there is space',
    async () => {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=120m', 'tmpfs', dataDir]);
      try {
        await using store = await open();
        const organizationId = await buildOrganization(store.db);
        const ballast = path.join(dataDir, 'ballast');
        // Ends with an error when the disk is full, which is what it is for.
        await run('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']).catch(() => undefined);
        await using commits = new GroupCommit({ connection: store.connection, log: silentLog });
        let acknowledged = 0;
        const append = async (): Promise<void> => {
          await commits.append(organizationId, {
            kind: 'test.filled',
            at: Date.now(),
            change: { padding: 'x'.repeat(200_000) },
          });
          acknowledged += 1;
        };
        const fill = async (): Promise<void> => {
          for (let n = 0; n < 500; n += 1) await append();
        };
        await expect(fill()).rejects.toMatchObject({
          code: 'unavailable',
          message: expect.stringContaining('disk'),
        });
        await rm(ballast);
        await vi.waitFor(append, { timeout: 60_000, interval: 200 });
        const key = Buffer.alloc(32);
        const { records, fault } = await verifyAudit(
          { db: store.db, dataDir, key },
          organizationId,
        );
        expect(fault).toBeUndefined();
        expect(records).toBeGreaterThanOrEqual(acknowledged);
      } finally {
        await run('umount', ['-l', dataDir]);
      }
    },
    120_000,
  );

  function organizations(store: Store, organizationId: string) {
    const query = store.db.selectFrom('organizations').select('id').compile();
    return queryTenant(store.pool, organizationId, query);
  }
});

async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
}

/** Every process that works in the cluster of a data directory. */
async function processesOf(dataDir: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '');
    if (cwd.startsWith(path.join(dataDir, 'postgres'))) found.push(Number(name));
  }
  return found;
}

/** Opens a store in another process and keeps it open. */
async function holdElsewhere(dataDir: string): Promise<{ child: ChildProcess } & AsyncDisposable> {
  const program = `
    const { openStore } = await import(${JSON.stringify(new URL('open-store.ts', import.meta.url).href)});
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    await openStore({ dataDir: ${JSON.stringify(dataDir)}, log: quiet, templateCache: ${JSON.stringify(templateCache)} });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the other process ended'))),
  ]);
  return {
    child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}

async function canMount(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plugboard-mount-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    await run('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
