import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import type { TestApp } from '../../../app/testing/build-app.ts';
import { ownerLinkFile } from '../owner-link.ts';

export const goodPassword = 'correct-horse-battery-staple';

/** A browser without a screen: it keeps cookies, names origins, and sends forms as they are on pages. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: Pick<TestApp, 'fetch'>;
  readonly #origin: string;

  constructor(app: Pick<TestApp, 'fetch'>, origin = 'http://127.0.0.1:4477') {
    this.#app = app;
    this.#origin = origin;
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers });
  }

  /** Sends a form from a page of this origin. */
  async post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#send(path, {
      method: 'POST',
      headers: { origin: this.#origin, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields),
    });
  }

  /** Sends a form of a page with the token that the page has. */
  async submit(page: string, action: string, fields: Record<string, string>): Promise<Response> {
    return this.post(action, { csrf: await this.csrf(page), ...fields });
  }

  async csrf(page: string): Promise<string> {
    const text = await (await this.get(page)).text();
    return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  /** As a page of ours asks the API. */
  async api(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#send(`/api/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        origin: this.#origin,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set('cookie', this.cookieHeader);
    const response = await this.#app.fetch(path, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals);
      if (/max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(equals + 1));
    }
    return response;
  }
}

/** What `plugboard owner link` does, with the token that it prints. */
export async function makeOwnerLink(
  dataDir: string,
  { minutes = 14, email }: { minutes?: number; email?: string } = {},
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const content = {
    hash: createHash('sha256').update(token).digest('hex'),
    expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
    ...(email !== undefined && { email }),
  };
  await writeFile(ownerLinkFile(dataDir), JSON.stringify(content), { mode: 0o600 });
  return token;
}

/** A browser in which the first owner is signed in. */
export async function signInOwner(app: TestApp, email = 'owner@example.com'): Promise<Browser> {
  const browser = new Browser(app);
  const token = await makeOwnerLink(app.dataDir);
  const response = await browser.post(`/owner-link/${token}`, {
    name: 'Olga Owner',
    email,
    password: goodPassword,
    again: goodPassword,
  });
  if (response.status !== 303) throw new Error(await response.text());
  return browser;
}

/** A browser in which somebody is signed in who was invited just now. */
export async function signInInvited(
  app: TestApp,
  email: string,
  role = 'member',
): Promise<Browser> {
  const { body } = await app.request('POST', '/invitations', { email, role });
  const browser = new Browser(app);
  const response = await browser.post(new URL(body.link).pathname, {
    name: email.split('@')[0] ?? '',
    password: goodPassword,
    again: goodPassword,
  });
  if (response.status !== 303) throw new Error(await response.text());
  return browser;
}

export async function signIn(
  app: Pick<TestApp, 'fetch'>,
  email: string,
  password = goodPassword,
): Promise<Browser> {
  const browser = new Browser(app);
  await browser.post('/sign-in', { email, password, next: '/account' });
  return browser;
}
