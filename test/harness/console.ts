import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll } from 'vitest';

import { buildConsole } from '../../launcher/build-console.ts';
import { TestBrowser } from '../oauth/browser.ts';
import { chromiumPath } from './chromium.ts';
import { recordPage } from './page-record.ts';
import { signInOwner } from './people.ts';
import type { Plugboard } from './plugboard.ts';
import { repository } from './repository.ts';

export { checkPage } from './check-page.ts';
export { faultsOf } from './page-record.ts';

export interface ConsoleOptions {
  /** What the system prefers; `light` by default. */
  readonly theme?: 'light' | 'dark';
  readonly viewport?: 'desktop' | 'phone';
  /** Where it begins; `/` by default. */
  readonly path?: string;
  /** Signed in as the owner unless it is false. */
  readonly signedIn?: boolean;
}

/** A machine without a browser skips the tests of the console. */
export const hasBrowser = chromiumPath !== undefined;

const viewports = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>;

/**
 * A tab with the console of a Plugboard, in which the owner is signed in, in a browser context of its own.
 * It has loaded when this resolves. The browser is shared by a file and ends with its tests; dispose
 * of the page to be rid of it before.
 */
export async function openConsole(
  plugboard: Plugboard,
  { theme = 'light', viewport = 'desktop', path: at = '/', signedIn = true }: ConsoleOptions = {},
): Promise<Page> {
  await builtConsole();
  const browser = await theBrowser();
  const context = await browser.newContext({
    ...viewports[viewport],
    baseURL: plugboard.url,
    colorScheme: theme,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  if (signedIn) await context.addCookies(await ownersCookies(plugboard));
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.once('close', () => void context.close());
  recordPage(page, { theme, viewport });
  await page.goto(at);
  return page;
}

let building: Promise<unknown> | undefined;

/** Builds the console, once for all processes of a run: later ones find it built. */
function builtConsole(): Promise<unknown> {
  building ??=
    process.env['PLUGBOARD_CONSOLE_BUILD'] === 'off'
      ? Promise.resolve()
      : buildConsole({ root: repository, signal: new AbortController().signal });
  return building;
}

let launching: Promise<Browser> | undefined;

function theBrowser(): Promise<Browser> {
  launching ??= chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  return launching;
}

afterAll(async () => {
  const launched = launching;
  launching = undefined;
  await (await launched)?.close();
});

type Cookies = Parameters<BrowserContext['addCookies']>[0];
const sessions = new WeakMap<Plugboard, Promise<Cookies>>();

/** The owner signs in once at each Plugboard, by the link that the command line makes. */
function ownersCookies(plugboard: Plugboard): Promise<Cookies> {
  const known = sessions.get(plugboard) ?? signIn(plugboard);
  sessions.set(plugboard, known);
  return known;
}

async function signIn(plugboard: Plugboard): Promise<Cookies> {
  const browser = await signInOwner(plugboard, new TestBrowser());
  return browser
    .cookies(plugboard.url)
    .map(({ name, value }) => ({ name, value, url: plugboard.url, httpOnly: true }));
}
