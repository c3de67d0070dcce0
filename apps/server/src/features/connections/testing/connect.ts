import type { IdentityProvider } from '../../../../../../test/oauth/identity-provider.ts';
import type { SignInChoices } from '../../../../../../test/oauth/provider-face.ts';
import type { TestApp } from '../../../app/testing/build-app.ts';
import type { Browser } from '../../people/testing/browser.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of bodies
export type Body = any;

/** Asks the API with a browser's session. */
export async function ask(
  browser: Browser,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Body }> {
  const response = await browser.api(method, path, body);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Begins with the API. Resolves with the path of the page where a person goes on. */
export async function begin(
  browser: Browser,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly requestId: string; readonly page: string }> {
  const { status, body } = await ask(browser, 'POST', '/connections', input);
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return { requestId: body.requestId, page: pathOf(body.authorizeUrl) };
}

/** Says yes on the consent page. Resolves with the address at the provider. */
export async function consent(
  browser: Browser,
  page: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await browser.submit(page, page, { answer: 'yes', ...fields });
  const location = response.headers.get('location');
  if (response.status !== 303 || location === null) {
    throw new Error(`${response.status} ${await response.text()}`);
  }
  return location;
}

/** The whole way, in one browser. Resolves with how the request ended. */
export async function connect(
  browser: Browser,
  provider: IdentityProvider,
  input: Readonly<Record<string, unknown>>,
  choices: SignInChoices = {},
): Promise<Body> {
  const { requestId, page } = await begin(browser, input);
  const back = await provider.signIn(await consent(browser, page), choices);
  await browser.get(pathOf(back));
  return (await ask(browser, 'GET', `/connection-requests/${requestId}`)).body;
}

/** The reasons of refusals on record, newest first. */
export async function refusals(app: TestApp): Promise<readonly string[]> {
  const { body } = await app.request('GET', '/audit?limit=1000');
  return body.entries
    .filter((entry: Body) => entry.kind === 'connection.refused')
    .map((entry: Body) => entry.record.change.reason);
}
