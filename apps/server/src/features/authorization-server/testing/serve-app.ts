import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { newId } from '@plugboard/contracts';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { createAppListener } from '../../../http/app-listener.ts';
import { withTenant } from '../../../store/tenant.ts';
import { sessionCookieName } from '../../people/cookie-names.ts';
import { cookieSecret } from '../../people/session-cookie.ts';
import type { Role } from '../../members/policy.ts';

/** The application behind a port, as browsers, clients and agents meet it. */
export interface ServedApp extends AsyncDisposable {
  readonly app: TestApp;
  /** What it believes to be reached by, wherever it listens. */
  readonly base: string;
  /** Sends a request, without following redirects, to a path or to a URL below `base`. */
  send(target: string, init?: RequestInit): Promise<Response>;
  /** Sends one as an agent with this token to an MCP endpoint. */
  mcp(path: string, token: string | undefined, method?: string): Promise<Response>;
  /** A browser in which nobody is signed in. */
  browse(): Browser;
  /** Makes a person who is a member, and a browser in which they are signed in. */
  signIn(role: Role, organizationId?: string): Promise<Person>;
}

export interface Person {
  readonly userId: string;
  readonly memberId: string;
  readonly browser: Browser;
}

/** Keeps cookies by path, as a browser does, and says where its forms come from. */
export interface Browser {
  go(target: string, init?: RequestInit): Promise<Response>;
  post(
    target: string,
    form: readonly (readonly [string, string])[],
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  setCookie(name: string, value: string): void;
  cookies(): readonly string[];
  /** The value of a cookie for all paths. */
  cookie(name: string): string;
}

export async function serveApp(): Promise<ServedApp> {
  await using making = new AsyncDisposableStack();
  const app = making.use(await buildApp());
  const { services } = app;
  const { base } = services.server.urls;
  const stopping = new AbortController();
  making.defer(() => stopping.abort());
  const listener = createAppListener({ services, log: services.log, stopping: stopping.signal });
  const server = createServer((request, response) => {
    const target = request.url ?? '/';
    if (target.startsWith('/mcp')) void services.gateway.handle(request, response);
    else listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  making.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  const here = `http://127.0.0.1:${address.port}`;
  const made = making.move();

  const send = (target: string, init: RequestInit = {}) => {
    const path = target.startsWith(base) ? target.slice(base.length) : target;
    return fetch(here + path, { redirect: 'manual', ...init });
  };

  function browse(): Browser {
    const jar = new Map<string, { readonly path: string; readonly value: string }>();
    const go = async (target: string, init: RequestInit = {}) => {
      const path = new URL(target, base).pathname;
      const cookie = [...jar]
        .filter(([, each]) => path.startsWith(each.path))
        .map(([key, each]) => `${key.split(' ')[0]}=${each.value}`)
        .join('; ');
      const headers = new Headers(init.headers);
      if (cookie !== '') headers.set('cookie', cookie);
      const response = await send(target, { ...init, headers });
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
        const [name, value] = splitAt(pair, '=');
        const at =
          attributes.find((each) => each.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
        const expires = attributes.find((each) => each.toLowerCase().startsWith('expires='));
        const isGone = expires !== undefined && Date.parse(expires.slice(8)) < Date.now();
        if (isGone || value === '') jar.delete(`${name} ${at}`);
        else jar.set(`${name} ${at}`, { path: at, value });
      }
      return response;
    };
    return {
      go,
      post: (target, form, headers) =>
        go(target, {
          method: 'POST',
          body: new URLSearchParams(
            form.map(([name, value]): [string, string] => [name, value]),
          ).toString(),
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            origin: base,
            'sec-fetch-site': 'same-origin',
            ...headers,
          },
        }),
      setCookie: (name, value) => void jar.set(`${name} /`, { path: '/', value }),
      cookie: (name) => jar.get(`${name} /`)?.value ?? '',
      cookies: () => [...jar.keys()].map((key) => key.split(' ')[0] ?? ''),
    };
  }

  return {
    app,
    base,
    send,
    browse,
    mcp: (path, token, method = 'initialize') =>
      send(`/mcp${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method,
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 'test', version: '1' },
          },
        }),
      }),
    async signIn(role, organizationId = app.organizationId) {
      const { userId, memberId } = await addMember(app, role, organizationId);
      const token = randomBytes(24).toString('base64url');
      const now = Date.now();
      await services.db
        .insertInto('user_sessions')
        .values({
          id: newId(),
          user_id: userId,
          token,
          active_organization_id: organizationId,
          expires_at: new Date(now + 3_600_000),
        })
        .execute();
      const key = cookieSecret(await services.people.sessionKey());
      const signature = createHmac('sha256', key).update(token).digest('base64');
      const browser = browse();
      const name = sessionCookieName(services.people.cookiePrefix);
      browser.setCookie(name, encodeURIComponent(`${token}.${signature}`));
      return { userId, memberId, browser };
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

async function addMember({ services }: TestApp, role: Role, organizationId: string) {
  const [userId, memberId] = [newId(), newId()];
  const email = `${userId}@example.com`;
  await services.db.insertInto('users').values({ id: userId, name: role, email }).execute();
  await withTenant(services.db, organizationId, (tx) =>
    tx
      .insertInto('members')
      .values({ id: memberId, organization_id: organizationId, name: role, role, user_id: userId })
      .execute(),
  );
  return { userId, memberId };
}

/** A verifier and its challenge (RFC 7636). */
export function buildPkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
