import { type BrowserContext, chromium, type Page } from 'playwright-core';

import { chromiumPath } from '../../test/harness/chromium.ts';
import { signInOwner } from '../../test/harness/people.ts';
import type { Plugboard } from '../../test/harness/plugboard.ts';

export interface BenchBrowser extends AsyncDisposable {
  readonly version: string;
  /** A tab in which the owner is signed in, of a browser that has seen nothing yet. */
  open(): Promise<Page>;
}

/** A real Chromium beside a Plugboard. */
export async function openBrowser(plugboard: Plugboard): Promise<BenchBrowser> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium: install chromium.');
  const { url } = plugboard;
  const session = await signInOwner(plugboard);
  const cookies = session
    .cookies(url)
    .map(({ name, value }) => ({ name, value, url, httpOnly: true }));
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  const contexts: BrowserContext[] = [];
  return {
    version: `Chromium ${browser.version()}`,
    async open() {
      const context = await browser.newContext({
        baseURL: url,
        viewport: { width: 1280, height: 800 },
      });
      contexts.push(context);
      await context.addCookies(cookies);
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      return page;
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
      await browser.close();
    },
  };
}
