import { eventually } from '../harness/eventually.ts';
import type { Plugboard } from '../harness/plugboard.ts';
import type { TestBrowser } from './browser.ts';
import type { IdentityProvider, SignInChoices } from './provider-face.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of bodies
type Body = any;

/** Asks the API of a Plugboard as its owner. Throws what is refused. */
export async function askApi(
  plugboard: Plugboard,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const answer = await fetch(plugboard.apiUrl + path, {
    method,
    headers: { authorization: `Bearer ${plugboard.ownerKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Goes on from what the API began as a person does. Resolves with the connection it ends with. */
export async function goOn(
  plugboard: Plugboard,
  browser: TestBrowser,
  provider: Pick<IdentityProvider, 'signIn'>,
  begun: Body,
  choices: SignInChoices = {},
): Promise<Body> {
  const isHere = (location: string) => new URL(location).origin === plugboard.url;
  const page = await browser.follow(await browser.get(begun.authorizeUrl), isHere);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const form = { csrf, answer: 'yes' };
  const sent = await browser.post(page.url, form, { 'sec-fetch-site': 'same-origin' });
  if (sent.location === undefined) throw new Error(`consent: ${sent.status} ${sent.body}`);
  const back = await provider.signIn(sent.location, choices);
  await browser.follow(await browser.get(back), isHere);
  const ended = await askApi(plugboard, 'GET', `/connection-requests/${begun.requestId}`);
  if (ended.state !== 'connected') throw new Error(JSON.stringify(ended));
  return ended.connection;
}

/** Connects an account in a browser in which the owner is signed in. */
export async function connectAccount(
  plugboard: Plugboard,
  browser: TestBrowser,
  provider: IdentityProvider,
  input: Readonly<Record<string, unknown>>,
  choices?: SignInChoices,
): Promise<Body> {
  const asked = { owner: { kind: 'organization' }, allowPrivateNetwork: true, ...input };
  const begun = await askApi(plugboard, 'POST', '/connections', asked);
  return goOn(plugboard, browser, provider, begun, choices);
}

/** Has Plugboard believe that a connection's access token, given an hour ago, has just ended. */
export async function endAccess(plugboard: Plugboard, id: string): Promise<void> {
  const statements = [
    'alter table connections no force row level security',
    `update connections set access_expires_at = now() - interval '1 second',
       refresh_at = now() - interval '2 seconds', refreshed_at = now() - interval '1 hour'
     where id = '${id}'`,
    `select pg_notify('plugboard_changes', json_build_object('kind', 'connection',
       'organizationId', organization_id, 'connectionId', id)::text) from connections where id = '${id}'`,
    'alter table connections force row level security',
  ];
  // It locks tables, so it may meet what the server is at.
  await eventually('its token had ended', async () => {
    await plugboard.database.tamper(plugboard.dataDir, ...statements);
    return true;
  });
}
