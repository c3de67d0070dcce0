import { chmod, mkdir } from 'node:fs/promises';

import { AppError } from '@plugboard/contracts';
import { forbidCoreFiles, probeSandbox, reapOrphans } from '@plugboard/runtime';
import { sql } from 'kysely';
import { destination, type Logger, pino } from 'pino';

import type { ServerConfig } from '../config/config.ts';
import { type MasterKeys, openMasterKeys } from '../features/keys/master-keys.ts';
import { keyFiles } from '../features/organizations/first-keys.ts';
import { prepareOrganization } from '../features/organizations/first-run.ts';
import { readKeyFile } from '../features/organizations/key-file.ts';
import { isClaimed } from '../features/people/is-claimed.ts';
import { keepPeopleSwept } from '../features/people/keep-people-swept.ts';
import { keepSessionsSwept } from '../features/sessions/keep-sessions-swept.ts';
import { keepTasksSwept } from '../features/tasks/task-store.ts';
import { createHostGuard } from '../http/host-guard.ts';
import { createLazyApp } from '../http/lazy-app.ts';
import { type BoundServer, bindServer } from '../http/server.ts';
import { serverUrls } from '../http/urls.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { createServices } from './create-services.ts';
import type { OnProgress, ReadyFacts } from './progress.ts';
import { writeRunFile } from './run-file.ts';
import type { ServerFacts } from './services.ts';
import { settleAll } from './settle.ts';
import { startBackground } from './start-background.ts';
import { version } from './version.ts';

export interface StartOptions {
  readonly onProgress: OnProgress;
  /** Aborting gives up the start; a started app is ended by disposing of it. */
  readonly signal: AbortSignal;
}

/** A running server. Disposing stops accepting, lets calls end for a few seconds, and stops the rest. */
export interface App extends AsyncDisposable {
  readonly ready: ReadyFacts;
  /** The demo agent's token, while its file is kept. */
  demoToken(): Promise<string | undefined>;
}

/** Calls under way have this long to end when the server stops. */
const drainMs = 3000;

/**
 * Starts everything, in the order in which it depends on each other. Resolves when it serves; when
 * it rejects nothing is left running. Rejects with `AppError` for what a person can mend.
 */
export async function startApp(config: ServerConfig, options: StartOptions): Promise<App> {
  const { onProgress, signal } = options;
  const startedAt = Date.now();
  const tell = (message: string) => onProgress({ type: 'progress', message });
  const warn = (message: string) => onProgress({ type: 'warning', message });
  const log = createLog(config);
  await using starting = new AsyncDisposableStack();
  await makeDataDir(config.dataDir);
  // Before there are keys in memory, and before the database is started.
  await forbidCoreFiles();

  const { store, bound, masterKeys } = await openFoundations(config, log, tell, starting);
  proceed(signal);
  // In this order: reaping removes groups that are not in use, and the probe says which are.
  await reapOrphans(config.dataDir);
  const sandbox = await probeSandbox(config.dataDir);
  const server: ServerFacts = {
    version,
    startedAt,
    urls: serverUrls(config.baseUrl, bound.host, bound.port),
    dataDir: config.dataDir,
    catalogDir: config.catalogDir,
    consoleDir: config.consoleDir,
    catalogSync: config.catalogSync,
    trustedProxies: config.trustedProxies,
    allowPrivateClients: config.allowPrivateClients,
    database: { mode: store.kind, version: await postgresVersion(store) },
    sandbox: {
      tier: sandbox.tier,
      reasons: [...sandbox.reasons],
      allowUnsandboxed: config.allowUnsandboxed,
    },
  };
  warnOfExposure(server, warn);

  const mail = {
    url: config.smtpUrl,
    from: config.mailFrom ?? `plugboard@${new URL(server.urls.base).hostname}`,
  };
  const services = await createServices(
    { store, masterKeys, server, sandbox, mail, log },
    starting,
  );

  const stopping = new AbortController();
  starting.defer(async () => {
    stopping.abort(new AppError('unavailable', 'Plugboard is stopping.'));
    // Ends the streams of agents; calls under way are answered until the drain is over.
    await bound.close(drainMs, () => services.gateway[Symbol.dispose]());
  });
  starting.use(keepSessionsSwept(store.db, log));
  starting.use(keepTasksSwept(store.db, log));
  starting.use(keepPeopleSwept(services));
  const { organizationId, isFirst } = await prepareOrganization(services);
  bound.serve({
    guard: createHostGuard(config),
    mcp: (request, response) => void services.gateway.handle(request, response),
    app: createLazyApp(
      async () => {
        const { createAppListener } = await import('../http/app-listener.ts');
        return createAppListener({ services, log, stopping: stopping.signal });
      },
      (error) => log.error({ err: error }, 'the API could not be loaded'),
    ),
  });
  starting.use(await writeRunFile(config.dataDir, runFile(server)));
  if (isFirst) {
    tell('First run: filling the catalog and adding the starter servers');
    // Loaded for this alone: the catalog and what adds servers are not needed to serve.
    const { fillFirst } = await import('./fill-first.ts');
    await fillFirst(services, organizationId, { onProgress: tell, onWarning: warn, signal });
  }
  proceed(signal);

  const ready = await readyFacts(server, isFirst, await isClaimed(services));
  onProgress({ type: 'ready', message: `Plugboard is ready at ${server.urls.base}`, ready });
  starting.use(startBackground(services, log));
  const started = starting.move();
  return {
    ready,
    demoToken: async () => (await readKeyFile(keyFiles(config.dataDir).demo))?.reveal(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function createLog({ logLevel }: ServerConfig): Logger {
  return pino({ level: logLevel, name: 'plugboard' }, destination({ dest: 2, sync: true }));
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o711 });
    // The embedded database and servers run as other users than root and pass through it.
    if (made !== undefined) await chmod(dataDir, 0o711);
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `The data directory ${dataDir} cannot be made. Choose one that this user may write with --data-dir.`,
      { cause: error },
    );
  }
}

interface Foundations {
  readonly store: Store;
  readonly bound: BoundServer;
  readonly masterKeys: MasterKeys;
}

/** What depends on nothing else, at the same time. Whoever holds the data directory is told first. */
async function openFoundations(
  config: ServerConfig,
  log: Logger,
  onProgress: (message: string) => void,
  starting: AsyncDisposableStack,
): Promise<Foundations> {
  const { dataDir, host, port, keys } = config;
  const [store, bound] = await settleAll<[Store, BoundServer]>([
    openStore({ dataDir, databaseUrl: config.databaseUrl?.reveal(), log, onProgress }),
    bindServer(host, port),
  ]);
  starting.use(bound);
  starting.use(store);
  const masterKeys = await openMasterKeys({
    db: store.db,
    provider: await keys.open(keys.provider),
    previous: await keys.openPrevious(),
    provide: (text) => keys.open(text),
  });
  return { store, bound, masterKeys };
}

async function postgresVersion({ db }: Store): Promise<string> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
  return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
}

function warnOfExposure({ sandbox, urls }: ServerFacts, warn: (message: string) => void): void {
  if (sandbox.tier === 'process') {
    const why = sandbox.reasons.join(' ');
    warn(
      sandbox.allowUnsandboxed
        ? `Servers run WITHOUT a sandbox, as --allow-unsandboxed says: they can read files and reach the network like Plugboard itself. ${why}`
        : `This machine cannot isolate servers, so none will be started here. ${why}`,
    );
  }
  const { protocol, hostname } = new URL(urls.base);
  if (protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) {
    warn(`${urls.base} is not https: tokens travel in the clear.`);
  }
}

function runFile({ urls, startedAt }: ServerFacts) {
  return {
    pid: process.pid,
    url: urls.base,
    mcpUrl: urls.mcp,
    version,
    started: new Date(startedAt).toISOString(),
  };
}

async function readyFacts(
  server: ServerFacts,
  firstRun: boolean,
  claimed: boolean,
): Promise<ReadyFacts> {
  const { dataDir, startedAt, urls } = server;
  const files = keyFiles(dataDir);
  const [owner, demo] = await Promise.all([readKeyFile(files.owner), readKeyFile(files.demo)]);
  return {
    url: urls.base,
    mcpUrl: urls.mcp,
    apiUrl: urls.api,
    pid: process.pid,
    version,
    dataDir,
    startMs: Date.now() - startedAt,
    firstRun,
    claimed,
    ownerKeyFile: owner && files.owner,
    demoTokenFile: demo && files.demo,
  };
}

function proceed(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'The start was cancelled.');
}
