import { TestBrowser } from '../oauth/browser.ts';
import { eventually } from './eventually.ts';
import type { Plugboard } from './plugboard.ts';

/** Where a Plugboard that nobody claimed yet says to claim it. */
export async function claimUrlOf(plugboard: Plugboard): Promise<string> {
  const line = await eventually(
    'it said where to claim it',
    () => plugboard.output.split('\n').find((each) => each.includes('"claimUrl"')),
    // A first start installs servers before it says that it is ready.
    240_000,
  );
  const { claimUrl }: { claimUrl: string } = JSON.parse(line);
  return claimUrl;
}

/** A browser in which the owner is signed in, by the link that the command line makes on the host. */
export async function signInOwner(
  plugboard: Plugboard,
  browser = new TestBrowser(),
): Promise<TestBrowser> {
  const made = await plugboard.cli('owner', 'link', '--json', '--data-dir', plugboard.dataDir);
  const { link }: { link: string } = JSON.parse(made.stdout);
  const password = 'correct horse battery staple 42';
  const form = { name: 'Owner', email: 'owner@example.com', password, again: password };
  const answer = await browser.post(link, form, { 'sec-fetch-site': 'same-origin' });
  if (answer.status !== 303) throw new Error(`signing in: ${answer.status} ${answer.body}`);
  return browser;
}

/** A browser in which somebody is signed in who was invited just now, and whose name is before the `@`. */
export async function signInInvited(
  plugboard: Plugboard,
  email: string,
  role: 'owner' | 'admin' | 'member' | 'auditor' = 'member',
): Promise<TestBrowser> {
  const { link } = await plugboard.api.members.invitations.create({ email, role });
  const password = 'correct horse battery staple 42';
  const form = { name: email.split('@')[0] ?? '', password, again: password };
  const browser = new TestBrowser();
  const answer = await browser.post(link, form, { 'sec-fetch-site': 'same-origin' });
  if (answer.status !== 303) throw new Error(`joining: ${answer.status} ${answer.body}`);
  return browser;
}

/**
 * Does what a person does whom a client sends to be asked: lets a new agent use all toolboxes at the
 * level. Resolves to where the browser is sent back, without going there.
 */
export async function permitClient(
  browser: TestBrowser,
  authorizeUrl: string,
  level = 'execute',
): Promise<URL> {
  const { origin } = new URL(authorizeUrl);
  const isHere = (location: string) => new URL(location).origin === origin;
  const page = await browser.follow(await browser.get(authorizeUrl), isHere);
  const value = (name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1] ?? '';
  const form = {
    csrf: value('csrf'),
    organization: value('organization'),
    agent: 'new',
    name: 'A client of mine',
    toolbox: value('toolbox'),
    level,
    decision: 'allow',
  };
  const decided = await browser.post(page.url, form, { 'sec-fetch-site': 'same-origin' });
  const last = await browser.follow(decided, isHere);
  if (last.location === undefined) throw new Error(`permitting: ${last.status} ${last.body}`);
  return new URL(last.location);
}
