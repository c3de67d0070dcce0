import { createSecretKey } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from '../../../../../../test/oauth/identity-provider.ts';
import { startProtectedServer } from '../../../../../../test/oauth/protected-server.ts';
import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { asRole } from '../../../store/testing/test-database.ts';
import { type Browser, signInOwner } from '../../people/testing/browser.ts';
import { ask, connect } from '../testing/connect.ts';
import { type PublicFace, publicFace } from '../testing/public-face.ts';
import { clientKey } from './client-key.ts';

let app: TestApp;
let face: PublicFace;
let owner: Browser;
let undo: AsyncDisposableStack;

beforeAll(async () => {
  app = await buildApp();
  face = publicFace(app);
  owner = face.browser(await signInOwner(app));
});
afterEach(() => undo?.disposeAsync());
afterAll(async () => {
  face[Symbol.dispose]();
  await app[Symbol.asyncDispose]();
});

const reach: PublicFace['reach'] = (input, init) => face.reach(input, init);

async function serve(options: IdentityProviderOptions, more: object = {}) {
  undo = new AsyncDisposableStack();
  const provider = undo.use(
    await startIdentityProvider({ ...options, configuration: { fetch: reach, ...more } }),
  );
  const server = undo.use(await startProtectedServer({ provider }));
  const input = {
    resource: server.url,
    owner: { kind: 'organization' },
    allowPrivateNetwork: true,
  };
  return { provider, input };
}

function lastRequest({ requests }: IdentityProvider) {
  return requests.at(-1)?.params ?? {};
}

function claimsOf(assertion: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(assertion?.split('.')[1] ?? '', 'base64url').toString());
}

async function clientRows(issuer: string) {
  return asRole(
    app.database.superuser,
    async (client) =>
      (
        await client.query(
          'select method, client_id, sealed_secrets from oauth_clients where issuer = $1',
          [issuer],
        )
      ).rows,
  );
}

describe('the keys of Plugboard as a client', () => {
  it('are shown to anybody by their public half alone', async () => {
    const response = await face.fetch('/connect/jwks.json');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          alg: 'ES256',
          use: 'sig',
          x: expect.any(String),
          y: expect.any(String),
          kid: expect.any(String),
        },
      ],
    });
  });

  it('are the same for an installation, and of another for another', async () => {
    const installation = (byte: number) => ({
      installationKey: async () => createSecretKey(Buffer.alloc(32, byte)),
    });
    const [one, same, other] = await Promise.all([1, 1, 2].map((n) => clientKey(installation(n))));
    expect(one!.publicJwk).toEqual(same!.publicJwk);
    expect(one!.publicJwk).not.toEqual(other!.publicJwk);
  });

  it('are named by a document, beside the one of a client without', async () => {
    const signing = await (await face.fetch('/connect/client-metadata.json')).json();
    expect(signing).toMatchObject({
      client_id: `${face.base}/connect/client-metadata.json`,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${face.base}/connect/jwks.json`,
    });
    const plain = await (await face.fetch('/client-metadata.json')).json();
    expect(plain).toMatchObject({ token_endpoint_auth_method: 'none' });
    // Nobody could fetch them from an address of this machine.
    expect((await app.fetch('/connect/client-metadata.json')).status).toBe(404);
  });
});

describe('an authorization server that takes signatures', () => {
  it('is signed to, by the client of the document: at sign-in, renewals and revocation', async () => {
    const { provider, input } = await serve({ dcr: false });
    const { connection } = await connect(owner, provider, { ...input, name: 'signing' });
    expect(connection).toMatchObject({ state: 'connected' });
    const given = lastRequest(provider);
    expect(given['client_assertion_type']).toContain('jwt-bearer');
    expect(claimsOf(given['client_assertion'])).toMatchObject({
      iss: `${face.base}/connect/client-metadata.json`,
      sub: `${face.base}/connect/client-metadata.json`,
    });
    // The key is the installation's: none is kept with the client.
    expect(await clientRows(provider.issuer)).toEqual([
      {
        method: 'cimd',
        client_id: `${face.base}/connect/client-metadata.json`,
        sealed_secrets: null,
      },
    ]);
    await asRole(app.database.superuser, (client) =>
      client.query(
        `update connections set access_expires_at = now() - interval '1 minute', refresh_at = now() - interval '1 minute' where id = $1`,
        [connection.id],
      ),
    );
    const ref = { organizationId: app.organizationId, connectionId: connection.id };
    await app.services.accessTokens.get(ref, { for: 'start' });
    expect(lastRequest(provider)).toMatchObject({
      grant_type: 'refresh_token',
      client_assertion: expect.any(String),
    });
    expect(provider.counters.refreshed).toBe(1);
    expect((await ask(owner, 'DELETE', `/connections/${connection.id}`)).body.revoked).toBe(
      'revoked',
    );
  });

  it('is asked with one client, however often', async () => {
    const { provider, input } = await serve({ dcr: false });
    for (const name of ['one', 'two']) await connect(owner, provider, { ...input, name });
    expect(await clientRows(provider.issuer)).toHaveLength(1);
  });

  it('is registered at with the address of the keys, where it takes no documents', async () => {
    const { provider, input } = await serve({ cimd: false });
    const { connection } = await connect(owner, provider, { ...input, name: 'registered' });
    expect(connection).toMatchObject({ state: 'connected' });
    expect(lastRequest(provider)).toMatchObject({ client_assertion: expect.any(String) });
    expect(await clientRows(provider.issuer)).toMatchObject([
      { method: 'dcr', sealed_secrets: null },
    ]);
  });
});

describe('an authorization server that does not', () => {
  it('is asked by the client without a key', async () => {
    const { provider, input } = await serve(
      { dcr: false },
      { clientAuthMethods: ['none', 'client_secret_basic'] },
    );
    await connect(owner, provider, { ...input, name: 'plain' });
    expect(lastRequest(provider)).toMatchObject({
      client_id: `${face.base}/client-metadata.json`,
    });
    expect(lastRequest(provider)).not.toHaveProperty('client_assertion');
  });

  it('of our algorithm is not signed to', async () => {
    const { provider, input } = await serve(
      { dcr: false },
      { enabledJWA: { clientAuthSigningAlgValues: ['RS256'] } },
    );
    await connect(owner, provider, { ...input, name: 'other algorithm' });
    expect(lastRequest(provider)).not.toHaveProperty('client_assertion');
  });
});
