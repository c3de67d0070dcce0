import { TestBrowser } from '../../oauth/browser.ts';
import type { Plugboard } from '../../harness/plugboard.ts';

/** Where a running Plugboard is reached, and what it calls itself, which need not be the same. */
export interface Place {
  readonly url: string;
  readonly base: string;
}

/** Signs the owner in as a person does on a fresh installation, and gives the session's cookies. */
export async function signInOwner(plugboard: Plugboard, place: Place): Promise<string> {
  const made = await plugboard.cli('owner', 'link', '--json', '--data-dir', plugboard.dataDir);
  const { link }: { link: string } = JSON.parse(made.stdout);
  const browser = new PlugboardBrowser(place, '');
  const password = 'correct-horse-battery-staple';
  const page = await browser.post(new URL(link).pathname, {
    name: 'Olga Owner',
    email: 'owner@example.com',
    password,
    again: password,
  });
  if (page.status !== 303) throw new Error(`the owner is not signed in: ${page.body}`);
  return browser.cookies;
}

/** A browser with a session of Plugboard, which may call itself something that no name leads to. */
export class PlugboardBrowser {
  readonly #browser = new TestBrowser();
  readonly #place: Place;
  readonly #names = new Set<string>();

  constructor(place: Place, cookies: string) {
    this.#place = place;
    for (const cookie of cookies.split('; ').filter(Boolean)) {
      const equals = cookie.indexOf('=');
      const name = cookie.slice(0, equals);
      this.#names.add(name);
      this.#browser.setCookie(place.url, name, cookie.slice(equals + 1));
    }
  }

  get cookies(): string {
    return [...this.#names]
      .map((name) => `${name}=${this.#browser.cookie(this.#place.url, name) ?? ''}`)
      .join('; ');
  }

  async post(path: string, form: Readonly<Record<string, string>>) {
    const headers = { ...this.#headers, origin: this.#place.base, 'sec-fetch-site': 'same-origin' };
    const page = await this.#browser.post(this.#place.url + path, form, headers);
    for (const cookie of page.headers.getSetCookie()) this.#names.add(cookie.split('=')[0] ?? '');
    return page;
  }

  /**
   * Says yes on the page of a connection, goes through the authorization server by hand, one redirect
   * after the other, and comes back.
   */
  async authorize(authorizeUrl: string): Promise<void> {
    const path = this.#local(authorizeUrl);
    const consent = await this.#get(path);
    const csrf = /name="csrf" value="(?<token>[^"]+)"/.exec(consent.body)?.groups?.['token'];
    if (csrf === undefined)
      throw new Error(`no consent to give (${consent.status}): ${consent.body}`);
    let page = await this.post(path, { csrf, answer: 'yes' });
    for (let hops = 0; page.location !== undefined; hops += 1) {
      if (hops > 10) throw new Error(`sent on and on, at last to ${page.location}`);
      page =
        page.location.startsWith(this.#place.base) || page.location.startsWith(this.#place.url)
          ? await this.#get(this.#local(page.location))
          : await this.#browser.get(page.location);
    }
  }

  async #get(path: string) {
    return this.#browser.get(this.#place.url + path, this.#headers);
  }

  get #headers(): Readonly<Record<string, string>> {
    return { host: new URL(this.#place.base).host };
  }

  #local(url: string): string {
    const { pathname, search } = new URL(url);
    return pathname + search;
  }
}
