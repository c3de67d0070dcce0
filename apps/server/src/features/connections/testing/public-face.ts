import { createHttpApp } from '../../../http/app.ts';
import { serverUrls } from '../../../http/urls.ts';
import type { TestApp } from '../../../app/testing/build-app.ts';
import { Browser } from '../../people/testing/browser.ts';

/** A test's application as it is where it has a public address with https. */
export interface PublicFace extends Disposable {
  readonly base: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The same browser, that has the page under its public address. */
  browser(from: Browser): Browser;
  /** As `fetch` of an authorization server that finds Plugboard there; anything else it fetches itself. */
  reach(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

export function publicFace(app: TestApp, base = 'https://plugboard.example.test'): PublicFace {
  const stopping = new AbortController();
  const { services } = app;
  const server = { ...services.server, urls: serverUrls(base, '127.0.0.1', 4477) };
  const http = createHttpApp({
    services: { ...services, server },
    log: services.log,
    stopping: stopping.signal,
  });
  const face: PublicFace = {
    base,
    fetch: async (path, init) => http.fetch(new Request(base + path, init)),
    browser(from) {
      const browser = new Browser(face, base);
      for (const [name, value] of from.cookies) browser.cookies.set(name, value);
      return browser;
    },
    async reach(input, init) {
      const url = input instanceof Request ? input.url : input.toString();
      if (!url.startsWith(`${base}/`)) return fetch(input, init);
      const { method = 'GET', headers = {} } = init ?? {};
      return face.fetch(url.slice(base.length), { method, headers });
    },
    [Symbol.dispose]: () => stopping.abort(),
  };
  return face;
}
