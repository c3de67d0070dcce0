import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

import type { SignInChoices } from './provider-face.ts';

export interface Page {
  readonly status: number;
  readonly url: string;
  /** Where it sends the browser on to, in full; undefined when it does not. */
  readonly location: string | undefined;
  readonly headers: Headers;
  readonly body: string;
}

/** As much of a browser as sign-in needs: cookies by origin, forms, and redirects one at a time. */
export class TestBrowser {
  readonly #ca: string | undefined;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(ca?: string) {
    this.#ca = ca;
  }

  /** The value of a cookie that an origin set. */
  cookie(origin: string, name: string): string | undefined {
    return this.#cookies.get(origin)?.get(name);
  }

  /** All that an origin set. */
  cookies(origin: string): { readonly name: string; readonly value: string }[] {
    return [...this.#jar(origin)].map(([name, value]) => ({ name, value }));
  }

  setCookie(origin: string, name: string, value: string): void {
    this.#jar(origin).set(name, value);
  }

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#send('GET', url, headers, undefined);
  }

  post(
    url: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const origin = { origin: new URL(url).origin };
    const body = new URLSearchParams(form).toString();
    return this.#send('POST', url, { ...type, ...origin, ...headers }, body);
  }

  /** Goes on while it is sent on and `goesOn` says so of where to; resolves with the last page. */
  async follow(page: Page, goesOn: (location: string) => boolean = () => true): Promise<Page> {
    let last = page;
    for (let hops = 0; last.location !== undefined && goesOn(last.location); hops += 1) {
      if (hops > 20) throw new Error(`too many redirects: ${last.location}`);
      last = await this.get(last.location);
    }
    return last;
  }

  async #send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<Page> {
    const { origin, protocol } = new URL(url);
    const jar = this.#jar(origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const send = protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const all = { accept: 'text/html', ...(cookie !== '' && { cookie }), ...headers };
      const options = { method, headers: all, agent: false as const, ca: this.#ca };
      send(url, options, (answer) => {
        const received = new Headers();
        for (const [name, value] of Object.entries(answer.headers)) {
          for (const each of [value ?? []].flat()) received.append(name, each);
        }
        for (const line of answer.headers['set-cookie'] ?? []) keep(jar, line);
        const to = received.get('location');
        text(answer).then(
          (body) =>
            resolve({
              status: answer.statusCode ?? 0,
              url,
              location: to === null ? undefined : new URL(to, url).href,
              headers: received,
              body,
            }),
          reject,
        );
      })
        .on('error', reject)
        .end(body);
    });
  }

  #jar(origin: string): Map<string, string> {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    return jar;
  }
}

/** Signs in at a provider with a browser of its own, up to the redirect that leaves the provider. */
export async function signInAt(
  issuer: string,
  authorizeUrl: string,
  { account = 'ann', scopes, deny = false }: SignInChoices,
  tls: { readonly ca: string } | undefined,
): Promise<string> {
  const browser = new TestBrowser(tls?.ca);
  const stays = (location: string) => new URL(location).origin === issuer;
  let page = await browser.follow(await browser.get(authorizeUrl), stays);
  for (let rounds = 0; page.location === undefined; rounds += 1) {
    if (page.status !== 200 || rounds > 3) {
      throw new Error(`the provider answered ${page.status}: ${page.body.slice(0, 500)}`);
    }
    const form = {
      account,
      ...(scopes && { scope: scopes.join(' ') }),
      ...(deny && { deny: '1' }),
    };
    page = await browser.follow(await browser.post(page.url, form), stays);
  }
  return page.location;
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const split = pair.indexOf('=');
  const name = pair.slice(0, split).trim();
  const isOver = attributes.some((each) => {
    const [key = '', value = ''] = each.trim().split('=');
    if (/^max-age$/i.test(key)) return Number(value) <= 0;
    return /^expires$/i.test(key) && Date.parse(value) <= Date.now();
  });
  if (isOver) jar.delete(name);
  else jar.set(name, pair.slice(split + 1).trim());
}
