import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { newId } from '@plugboard/contracts';
import { probeSandbox } from '@plugboard/runtime';
import { createEnvProvider, issueToken, openKeyProvider, Secret } from '@plugboard/vault';
import { pino } from 'pino';

import { openMasterKeys } from '../../features/keys/master-keys.ts';
import type { Role } from '../../features/members/policy.ts';
import { keyFiles } from '../../features/organizations/first-keys.ts';
import { prepareOrganization } from '../../features/organizations/first-run.ts';
import { createHttpApp } from '../../http/app.ts';
import { serverUrls } from '../../http/urls.ts';
import { listen } from '../../store/events.ts';
import { withTenant } from '../../store/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../store/testing/test-database.ts';
import { createServices } from '../create-services.ts';
import type { AppServices, ServerFacts } from '../services.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of bodies
  readonly body: any;
}

/** The real application on a database of its own, without a socket. */
export interface TestApp extends AsyncDisposable {
  readonly services: AppServices;
  readonly database: TestDatabase;
  readonly organizationId: string;
  readonly dataDir: string;
  readonly ownerKey: string;
  readonly demoToken: string;
  /** Sends a request to the API, as the owner unless `key` says otherwise. */
  request(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Sends a request as it is. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Makes a member with a role and resolves with its API key. */
  buildMember(role: Role): Promise<string>;
}

export async function buildApp(): Promise<TestApp> {
  await using making = new AsyncDisposableStack();
  const database = making.use(await createTestDatabase());
  const log = pino({ level: 'silent' });
  const feed = making.use(await listen(database.connection, log));
  const dataDir = await mkdtemp(join(tmpdir(), 'plugboard-app-'));
  making.defer(() => rm(dataDir, { recursive: true, force: true }));
  await chmod(dataDir, 0o711);
  const sandbox = await probeSandbox(dataDir);
  const server: ServerFacts = {
    version: '0.0.0-test',
    startedAt: Date.now(),
    urls: serverUrls(undefined, '127.0.0.1', 4477),
    dataDir,
    catalogDir: join(dataDir, 'catalog'),
    consoleDir: join(dataDir, 'console'),
    catalogSync: 'manual',
    trustedProxies: [],
    allowPrivateClients: false,
    database: { mode: database.kind === 'embedded' ? 'embedded' : 'external', version: '0' },
    sandbox: { tier: sandbox.tier, reasons: [...sandbox.reasons], allowUnsandboxed: true },
  };
  const { db, pool, connection } = database;
  const masterKey = createEnvProvider('KEY', new Secret(randomBytes(32).toString('hex')));
  const services = await createServices(
    {
      store: {
        db,
        pool,
        connection,
        onChange: (listener) => feed.onChange(listener),
        heard: () => feed.heard(),
      },
      masterKeys: await openMasterKeys({
        db,
        provider: masterKey,
        provide: (text) => openKeyProvider(text, { dataDir, env: {} }),
      }),
      server,
      sandbox,
      log,
    },
    making,
  );
  making.use(services.gateway);
  const { organizationId } = await prepareOrganization(services);
  const stopping = new AbortController();
  making.defer(() => stopping.abort());
  const app = createHttpApp({ services, log, stopping: stopping.signal });
  const files = keyFiles(dataDir);
  const ownerKey = (await readFile(files.owner, 'utf8')).trim();
  const made = making.move();

  const fetch = async (path: string, init?: RequestInit) =>
    app.fetch(new Request(`http://127.0.0.1:4477${path}`, init));

  return {
    services,
    database,
    organizationId,
    dataDir,
    ownerKey,
    demoToken: (await readFile(files.demo, 'utf8')).trim(),
    fetch,
    async request(method, path, body, key = ownerKey) {
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const { status, headers } = response;
      return { status, headers, body: await readBody(response) };
    },
    async buildMember(role) {
      const memberId = newId();
      const { token, hash } = issueToken('api', organizationId);
      await withTenant(db, organizationId, async (tx) => {
        await tx
          .insertInto('members')
          .values({ id: memberId, organization_id: organizationId, name: role, role })
          .execute();
        await tx
          .insertInto('api_keys')
          .values({
            id: newId(),
            organization_id: organizationId,
            member_id: memberId,
            name: 'test',
            hash,
          })
          .execute();
      });
      return token.reveal();
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

/** Events of a stream as a list of `{ event, data }`; anything else as JSON. */
async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return text === '' ? undefined : JSON.parse(text);
  }
  return text.split('\n\n').flatMap((block) => {
    const event = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) }];
  });
}
