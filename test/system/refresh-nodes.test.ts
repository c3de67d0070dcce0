import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';

import { createEnvProvider, Secret } from '@plugboard/vault';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createVault } from '../../apps/server/src/features/credentials/create-vault.ts';
import type { Vault } from '../../apps/server/src/features/credentials/vault.ts';
import { createKeyring } from '../../apps/server/src/features/keys/keyring.ts';
import { openMasterKeys } from '../../apps/server/src/features/keys/master-keys.ts';
import { openStore, type Store } from '../../apps/server/src/store/open-store.ts';
import { withTenant } from '../../apps/server/src/store/tenant.ts';
import { type DatabaseUnderTest, outsideDatabase } from '../harness/database.ts';
import { eventually, within } from '../harness/eventually.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { makeScratch } from '../harness/scratch.ts';
import { connect, testClient } from '../oauth/connected.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';
import { type ProtectedServer, startProtectedServer } from '../oauth/protected-server.ts';

const stack = new AsyncDisposableStack();
let database: DatabaseUnderTest;
let nodes: [Plugboard, Plugboard];
let provider: IdentityProvider;
let server: ProtectedServer;
let store: Store;
let vault: Vault;
let organizationId: string;

/** Two Plugboards on one database; the test seals what a sign-in would have brought. */
beforeAll(async () => {
  database = stack.use(await outsideDatabase());
  const masterKey = randomBytes(32).toString('base64');
  const env = { DATABASE_URL: database.url!, PLUGBOARD_MASTER_KEY: masterKey };
  const one = stack.use(await startPlugboard({ env }));
  const dataDir = stack.use(await makeScratch('second-node')).path;
  for (const key of ['owner.key', 'demo-agent.token']) {
    await copyFile(path.join(one.dataDir, key), path.join(dataDir, key));
  }
  nodes = [one, stack.use(await startPlugboard({ env, dataDir }))];
  provider = stack.use(await startIdentityProvider({ clients: [testClient] }));
  // With sessions, so that one which is opened anew is seen.
  server = stack.use(await startProtectedServer({ provider, era: 'legacy' }));
  const log = pino({ level: 'silent' });
  const scratch = stack.use(await makeScratch('store')).path;
  store = stack.use(await openStore({ dataDir: scratch, databaseUrl: database.url!, log }));
  const { db, pool, onChange } = store;
  const masterKeys = await openMasterKeys({
    db,
    provider: createEnvProvider('PLUGBOARD_MASTER_KEY', new Secret(masterKey)),
    provide: () => Promise.reject(new Error('there is one provider')),
  });
  const keyring = createKeyring({ db, masterKeys, onChange });
  // What it opens is nothing: the nodes do.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealing needs no audit service
  const audit = {} as Parameters<typeof createVault>[0]['audit'];
  vault = createVault({ db, pool, audit, keyring, clock: Date.now });
  organizationId = (await db.selectFrom('organization_directory').select('id').executeTakeFirst())!
    .id;
});
afterAll(() => within('everything had ended', stack.disposeAsync(), 120_000));
beforeEach(() => {
  provider.fault = undefined;
  Object.assign(provider.counters, { refreshes: 0, refreshed: 0, reuses: 0 });
});

const readConnections = (id: string) =>
  database.rows('', `select * from connections where id = '${id}'`).then((rows) => rows[0]!);

interface Connected {
  readonly connectionId: string;
  readonly token: string;
}

/** A remote instance whose calls use a connection of ann's. */
async function addConnected(slug: string): Promise<Connected> {
  const services = { db: store.db, vault, clock: Date.now };
  const choices = { resource: server.url, scopes: ['read', 'write'] };
  const { connectionId, tokens } = await connect(services, provider, organizationId, choices);
  await nodes[0].add({
    server: server.url,
    slug,
    transport: 'streamable-http',
    allowPrivateNetwork: true,
    secrets: { Authorization: `Bearer ${tokens.accessToken.reveal()}` },
  });
  const filled = await fetch(`${nodes[0].apiUrl}/instances/${slug}/credentials/Authorization`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${nodes[0].ownerKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ credential: connectionId, place: 'header' }),
  });
  if (!filled.ok) throw new Error(await filled.text());
  return { connectionId, token: tokens.accessToken.reveal() };
}

async function clientsOf(slug: string): Promise<RawClient[]> {
  return Promise.all(
    nodes.map((node) =>
      eventually('it was served', () => node.client(node.demoToken, `/starter/${slug}`)),
    ),
  );
}

async function whoami(client: RawClient): Promise<string> {
  const { message } = await within(
    'a call was answered',
    client.request('tools/call', { name: 'whoami', arguments: {} }),
  );
  return message.result?.content[0].text ?? JSON.stringify(message);
}

/** Ends its token, at the provider and for the nodes. It lived long, so none of them renews it before. */
async function end({ connectionId, token }: Connected): Promise<void> {
  await (await provider.provider.AccessToken.find(token))!.destroy();
  await withTenant(store.db, organizationId, async (tx) => {
    await sql`update connections set access_expires_at = now() - interval '1 second',
      refresh_at = now() - interval '2 seconds', refreshed_at = now() - interval '1 hour'
      where id = ${connectionId}`.execute(tx);
    const event = JSON.stringify({ kind: 'connection', organizationId, connectionId });
    await sql`select pg_notify('plugboard_changes', ${event})`.execute(tx);
  });
}

describe('two Plugboards with one connection', () => {
  it('answer 200 calls on an ended token with one refresh, and no session is opened anew', async () => {
    const connected = await addConnected('shared-account');
    const clients = await clientsOf('shared-account');
    for (const client of clients) expect(await whoami(client)).toContain('"account":"ann"');
    const { sessions } = server;
    expect(sessions).toBeGreaterThan(0);
    expect(provider.counters).toMatchObject({ refreshes: 0 });
    await end(connected);
    const before = server.calls.length;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => whoami(clients[index % 2]!)),
    );
    expect(answers.filter((text) => !text.includes('"account":"ann"'))).toEqual([]);
    expect(provider.counters).toMatchObject({ refreshes: 1, refreshed: 1, reuses: 0 });
    expect(new Set(server.calls.slice(before).map(({ token }) => token)).size).toBe(1);
    expect(server.sessions).toBe(sessions);
  });
});

describe.each([
  'before the provider has done anything',
  'while it answers',
  'when it has rotated',
] as const)('a node that is killed %s', (moment) => {
  it('leaves a connection that the other node goes on with', async () => {
    const slug = `killed-${moment.split(' ')[0]}`;
    const connected = await addConnected(slug);
    const id = connected.connectionId;
    const [client, other] = await clientsOf(slug);
    expect(await whoami(client!)).toContain('"account":"ann"');
    const killed = Promise.withResolvers<void>();
    const kill = () => void nodes[0].kill9().then(killed.resolve, killed.reject);
    let asked = 0;
    provider.fault = () => {
      asked += 1;
      if (asked > 1) return undefined;
      if (moment === 'when it has rotated') return { kind: 'silent', done: kill };
      kill();
      return moment === 'while it answers'
        ? { kind: 'wait', until: killed.promise }
        : { kind: 'hang' };
    };
    try {
      await end(connected);
      const cut = whoami(client!).catch(() => 'cut');
      await within('the provider was asked, and the node killed', killed.promise);
      expect(await cut).toBe('cut');
      provider.fault = undefined;
      const answer = await whoami(other!);
      const { state, reason } = await readConnections(id);
      if (moment === 'before the provider has done anything') {
        expect(answer).toContain('"account":"ann"');
        expect(state).toBe('connected');
      } else {
        // It takes no refresh token twice: nobody but a person can mend that, and is told why.
        expect(answer).toContain('sign_in_required');
        expect({ state, reason }).toEqual({ state: 'needs_sign_in', reason: 'interrupted' });
      }
      // The lease that the dead one held is not left to anybody.
      const leases = await database.rows(
        '',
        `select unsure from connection_refreshes where connection_id = '${id}' and holder is not null`,
      );
      expect(leases).toEqual([]);
    } finally {
      provider.fault = undefined;
      await within('the killed node was back', nodes[0].start());
    }
  });
});
