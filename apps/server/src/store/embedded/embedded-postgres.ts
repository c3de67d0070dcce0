import { chmod, chown, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type AppError, isAppError } from '@plugboard/contracts';

import type { StoreLog } from '../store-log.ts';
import { ensureCluster, ensureOwner } from './cluster.ts';
import { chooseConfinement, type Confinement, openForPassage } from './confinement.ts';
import { type Engine, findEngine } from './engine.ts';
import { type Postmaster, startPostmaster } from './postmaster.ts';
import {
  appRole,
  databaseName,
  ownerRole,
  provision,
  provisioningHba,
  readClusterSecret,
  rolePassword,
  servingHba,
} from './provision.ts';
import { makeSocketFolder } from './socket-folder.ts';

export interface EmbeddedPostgresOptions {
  /** Ours alone: the caller holds its lock. */
  readonly dataDir: string;
  readonly log: StoreLog;
  /** A folder that keeps fresh clusters, so that making one takes 0.2 s; for tests and development. */
  readonly templateCache?: string | undefined;
  /** The server died while we live; it is being started again. */
  readonly onDown?: (() => void) | undefined;
  readonly onUp?: (() => void) | undefined;
}

export interface RoleConnection {
  readonly host: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** A database server of our own, running until disposed. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly owner: RoleConnection;
  readonly app: RoleConnection;
  /** What the server runs on, for status and for tests that end it. */
  readonly cluster: string;
  /** Why it last failed to start again, while it is down. */
  readonly failure: AppError | undefined;
}

const restartDelaysMs = [0, 100, 250, 500, 1000, 2000, 5000] as const;

/** Starts the embedded server on a data directory, making its cluster the first time. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const place = await preparePlace(options);
  let secret = await readClusterSecret(place.secretFile);
  if (secret === undefined) {
    await writeHba(place, provisioningHba);
    const first = await start(place, options.log);
    try {
      secret = await provision(place.socketFolder, place.secretFile);
    } finally {
      await first.stop();
    }
  }
  await writeHba(place, servingHba);
  const supervised = superviseServer(options, place, await start(place, options.log));
  const connect = (user: string): RoleConnection => ({
    host: place.socketFolder,
    database: databaseName,
    user,
    password: rolePassword(secret, user),
  });
  return {
    owner: connect(ownerRole),
    app: connect(appRole),
    cluster: place.cluster,
    get failure() {
      return supervised.failure();
    },
    async [Symbol.asyncDispose]() {
      await supervised[Symbol.asyncDispose]();
      await rm(place.socketFolder, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly engine: Engine;
  readonly confinement: Confinement;
  readonly cluster: string;
  readonly socketFolder: string;
  readonly hbaFile: string;
  readonly secretFile: string;
}

async function preparePlace(options: EmbeddedPostgresOptions): Promise<Place> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.dataDir);
  await openForPassage(dataDir);
  const engine = await findEngine(path.join(dataDir, 'postgres-lib'));
  const confinement = await chooseConfinement([dataDir, path.dirname(engine.postgres)]);
  const cluster = path.join(dataDir, 'postgres');
  const { templateCache } = options;
  await ensureCluster({ engine, confinement, directory: cluster, templateCache });
  await ensureOwner(cluster, confinement.owner);
  const socketFolder = await makeSocketFolder(dataDir, confinement.owner);
  return {
    engine,
    confinement,
    cluster,
    socketFolder,
    hbaFile: path.join(socketFolder, 'pg_hba.conf'),
    secretFile: path.join(dataDir, 'postgres.secret'),
  };
}

async function writeHba({ hbaFile, confinement }: Place, text: string): Promise<void> {
  await writeFile(hbaFile, text, { mode: 0o600 });
  await chmod(hbaFile, 0o600);
  if (confinement.owner) await chown(hbaFile, confinement.owner.uid, confinement.owner.gid);
}

function start(place: Place, log: StoreLog): Promise<Postmaster> {
  return startPostmaster({ ...place, log });
}

interface Supervised extends AsyncDisposable {
  failure(): AppError | undefined;
}

/** Starts the server again whenever it ends by itself, at growing intervals, until disposed. */
function superviseServer(
  options: EmbeddedPostgresOptions,
  place: Place,
  first: Postmaster,
): Supervised {
  const stopping = new AbortController();
  let current = first;
  let failure: AppError | undefined;

  async function watch(): Promise<void> {
    for (;;) {
      await current.ended;
      if (stopping.signal.aborted) return;
      options.log.error({}, 'the database server ended by itself; starting it again');
      options.onDown?.();
      const next = await restart();
      if (next === undefined) return;
      current = next;
      failure = undefined;
      options.log.info({}, 'the database server is back');
      options.onUp?.();
    }
  }

  async function restart(): Promise<Postmaster | undefined> {
    for (let failures = 0; ; failures += 1) {
      const wait = restartDelaysMs[Math.min(failures, restartDelaysMs.length - 1)];
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return undefined;
      try {
        const next = await start(place, options.log);
        if (!stopping.signal.aborted) return next;
        await next.stop();
        return undefined;
      } catch (error) {
        failure = isAppError(error) ? error : undefined;
        options.log.error({ error }, 'the database server did not start');
      }
    }
  }

  const watching = watch();
  return {
    failure: () => failure,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await current.stop();
      await watching;
    },
  };
}
