import { buildPkce, type Browser, type ServedApp } from './serve-app.ts';

type Form = readonly (readonly [string, string])[];

/** A client that registered itself, and what it does on its way to a token. */
export interface TestClient {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier: string;
  /** Where a browser is sent to begin, with parameters changed or left out. */
  authorizeUrl(changes?: Readonly<Record<string, string | undefined>>): string;
  /** Begins in a browser; resolves to the consent page's path, or to what came instead. */
  begin(browser: Browser, changes?: Readonly<Record<string, string | undefined>>): Promise<string>;
  /** Answers the consent page; resolves to the URL that the client is called back at. */
  answer(browser: Browser, page: string, form?: Form): Promise<URL>;
  /** Begins, permits, and fetches tokens. */
  connect(
    browser: Browser,
    changes?: Readonly<Record<string, string | undefined>>,
    form?: Form,
  ): Promise<Tokens>;
  token(form: Readonly<Record<string, string>>): Promise<{ status: number; body: Answer }>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of answers
type Answer = any;

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
}

export async function registerClient(
  served: ServedApp,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly status: number; readonly body: Answer }> {
  // Tests register more clients than one address may.
  await served.app.services.db.deleteFrom('sign_in_limits').execute();
  const response = await served.send('/oauth/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Test client',
      redirect_uris: ['http://127.0.0.1:9/callback'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  });
  return { status: response.status, body: await response.json() };
}

export async function buildClient(
  served: ServedApp,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<TestClient> {
  const { body } = await registerClient(served, metadata);
  const clientId: string = body.client_id;
  const redirectUri: string = body.redirect_uris[0];
  const { verifier, challenge } = buildPkce();

  function authorizeUrl(changes: Readonly<Record<string, string | undefined>> = {}): string {
    const all: Record<string, string | undefined> = {
      client_id: clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'some state',
      resource: `${served.base}/mcp`,
      ...changes,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(all))
      if (value !== undefined) query.set(name, value);
    return `/oauth/authorize?${query.toString()}`;
  }

  const client: TestClient = {
    clientId,
    redirectUri,
    verifier,
    authorizeUrl,
    async begin(browser, changes) {
      const response = await browser.go(authorizeUrl(changes));
      return response.headers.get('location') ?? `${response.status} ${await response.text()}`;
    },
    async answer(browser, page, form) {
      const shown = await (await browser.go(page)).text();
      const csrf = /name="csrf" value="([^"]*)"/.exec(shown)?.[1] ?? '';
      const fields = form ?? permission(shown);
      const decided = await browser.post(page, [['csrf', csrf], ...fields]);
      const next = decided.headers.get('location');
      if (next === null) throw new Error(`${decided.status} ${await decided.text()}`);
      const resumed = await browser.go(next);
      const back = resumed.headers.get('location');
      if (back === null) throw new Error(`${resumed.status} ${await resumed.text()}`);
      return new URL(back);
    },
    async connect(browser, changes, form) {
      const page = await client.begin(browser, changes);
      const back = await client.answer(browser, page, form);
      const code = back.searchParams.get('code') ?? '';
      const { status, body: tokens } = await client.token({
        grant_type: 'authorization_code',
        code,
        redirect_uri: changes?.['redirect_uri'] ?? redirectUri,
        code_verifier: verifier,
      });
      if (status !== 200) throw new Error(JSON.stringify(tokens));
      return tokens;
    },
    async token(form) {
      const response = await served.send('/oauth/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ client_id: clientId, ...form }).toString(),
      });
      return { status: response.status, body: await response.json() };
    },
  };
  return client;
}

/** What a person sends who lets a new agent use the first toolbox, at the lowest level. */
export function permission(page: string): Form {
  const value = (name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
  return [
    ['organization', value('organization')],
    ['agent', 'new'],
    ['name', 'My agent'],
    ['toolbox', value('toolbox')],
    ['level', 'read'],
    ['decision', 'allow'],
  ];
}
