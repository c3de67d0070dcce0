import { pino } from 'pino';

import type { AppServices } from '../../apps/server/src/app/services.ts';
import { buildApp, type TestApp } from '../../apps/server/src/app/testing/build-app.ts';
import { createAccessTokens } from '../../apps/server/src/features/connections/refresh/create-access-tokens.ts';
import type { RefreshEngine } from '../../apps/server/src/features/connections/refresh/refresh-engine.ts';
import { asRole } from '../../apps/server/src/store/testing/test-database.ts';
import { connect, type ConnectChoices, testClient } from './connected.ts';
import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from './identity-provider.ts';

export const resource = 'https://api.example.test/mcp';
/** The purpose of a call. */
export const call = { for: 'start' } as const;

type Settings = NonNullable<Parameters<typeof createAccessTokens>[1]>;

/** An application, a provider, and engines as the nodes of one installation have them. */
export interface RefreshFixture extends AsyncDisposable {
  readonly app: TestApp;
  readonly provider: IdentityProvider;
  /** What all nodes logged. */
  readonly logged: () => string;
  /** Another node, whose clock may be off. */
  node(more?: Partial<AppServices>, settings?: Settings): RefreshEngine;
  connect(choices?: Partial<ConnectChoices>): ReturnType<typeof connect>;
  /** Connects with tokens that have ended; the next ones live long. */
  connectEnded(choices?: Partial<ConnectChoices>): ReturnType<typeof connect>;
  /** A connection as it is stored. */
  row(connectionId: string): Promise<Record<string, unknown>>;
  /** Audit records of a kind, as text. */
  audited(kind: string): Promise<string[]>;
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

export async function buildRefreshFixture(
  options: IdentityProviderOptions = {},
): Promise<RefreshFixture> {
  await using making = new AsyncDisposableStack();
  const app = making.use(await buildApp());
  const provider = making.use(await startIdentityProvider({ clients: [testClient], ...options }));
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const made = making.move();
  const fixture: RefreshFixture = {
    app,
    provider,
    logged: () => lines.join(''),
    node: (more, settings) =>
      made.use(createAccessTokens({ ...app.services, log, ...more }, settings)),
    connect: (choices) =>
      connect(app.services, provider, app.organizationId, { resource, ...choices }),
    async connectEnded(choices) {
      const { accessTokenSeconds } = provider;
      provider.accessTokenSeconds = 1;
      const ref = await fixture.connect(choices);
      provider.accessTokenSeconds = accessTokenSeconds;
      await fixture.sql(
        `update connections set access_expires_at = now() - interval '1 second',
           refresh_at = now() - interval '2 seconds', refreshed_at = now() - interval '1 hour'
         where id = $1`,
        [ref.connectionId],
      );
      return ref;
    },
    row: async (id) =>
      (await fixture.sql('select * from connections where id = $1', [id]))[0] ?? {},
    audited: async (kind) =>
      (
        await fixture.sql('select record as line from audit_records where kind = $1 order by seq', [
          kind,
        ])
      ).map(({ line }) => String(line)),
    sql: (text, values) =>
      asRole(app.database.superuser, async (client) => (await client.query(text, values)).rows),
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
  return fixture;
}
