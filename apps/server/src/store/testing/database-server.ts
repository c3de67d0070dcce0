import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Client } from 'pg';

import { ensureCluster } from '../embedded/cluster.ts';
import { chooseConfinement, openForPassage } from '../embedded/confinement.ts';
import { type Engine, findEngine } from '../embedded/engine.ts';
import { startPostmaster } from '../embedded/postmaster.ts';
import { appRole, ownerRole, prepareDatabase } from '../embedded/provision.ts';
import { makeSocketFolder } from '../embedded/socket-folder.ts';
import { migrate } from '../migrate.ts';
import type { StoreLog } from '../store-log.ts';

const run = promisify(execFile);

export const databaseKinds = ['embedded', 'external'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** How tests reach the server. Its socket lies in a private folder, so no role needs a password. */
export interface TestServer {
  readonly kind: DatabaseKind;
  readonly socketFolder: string;
  readonly superuser: string;
  /** The role that owns the tables. */
  readonly owner: string;
  /** The role that serves requests; with an external database it is the owner. */
  readonly app: string;
  readonly template: string;
}

const superuser = 'plugboard_bootstrap';
const template = 'plugboard_template';
const externalRole = 'plugboard';
const debianPrograms = '/usr/lib/postgresql/15/bin';
const templateCache = fileURLToPath(new URL('../../../../../.cache/', import.meta.url));

/** Starts a server with one migrated template database, not durable, in a folder of its own. */
export async function startTestServer(
  kind: DatabaseKind,
): Promise<{ server: TestServer } & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'plugboard-test-'));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  await openForPassage(folder);

  const engine = kind === 'embedded' ? await findEngine(path.join(folder, 'lib')) : debianEngine();
  const confinement = await chooseConfinement([folder, path.dirname(engine.postgres)]);
  const cluster = path.join(folder, 'postgres');
  if (kind === 'embedded') {
    await ensureCluster({ engine, confinement, directory: cluster, templateCache });
  } else {
    const owner = confinement.owner ?? {
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
    };
    await chown(folder, owner.uid, owner.gid);
    const [program, ...args] = [...confinement.short, engine.initdb, '-D', cluster];
    await run(program, [...args, '-U', superuser, '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust']);
  }
  const socketFolder = await makeSocketFolder(folder, confinement.owner);
  const hbaFile = path.join(folder, 'hba.conf');
  await writeFile(hbaFile, 'local all all trust\n', { mode: 0o644 });
  const postmaster = await startPostmaster({
    engine,
    confinement,
    cluster,
    socketFolder,
    hbaFile,
    log: silentLog,
    settings: { fsync: 'off', max_connections: '200' },
  });
  starting.defer(() => postmaster.stop());

  const server: TestServer = {
    kind,
    socketFolder,
    superuser,
    owner: kind === 'embedded' ? ownerRole : externalRole,
    app: kind === 'embedded' ? appRole : externalRole,
    template,
  };
  await makeTemplate(server);
  const started = starting.move();
  return { server, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function debianEngine(): Engine {
  return {
    version: '15',
    majorVersion: 15,
    initdb: path.join(debianPrograms, 'initdb'),
    postgres: path.join(debianPrograms, 'postgres'),
    environment: {},
  };
}

async function makeTemplate(server: TestServer): Promise<void> {
  const { socketFolder: host, owner, app } = server;
  const client = new Client({ host, user: superuser, database: 'postgres' });
  await client.connect();
  try {
    for (const role of new Set([owner, app])) {
      await client.query(
        `create role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole`,
      );
    }
    await client.query(`create database ${template} owner ${owner}`);
  } finally {
    await client.end();
  }
  if (owner !== app) {
    const inside = new Client({ host, user: superuser, database: template });
    await inside.connect();
    try {
      await prepareDatabase(inside);
    } finally {
      await inside.end();
    }
  }
  await migrate({
    connection: { host, user: owner, database: template },
    appRole: owner === app ? undefined : app,
    log: silentLog,
  });
}

const ignore = (): void => undefined;
export const silentLog: StoreLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
