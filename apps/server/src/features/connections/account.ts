import type { TokenSet } from '@plugboard/oauth';
import { z } from 'zod';

import type { ConnectionNetwork } from './network.ts';
import type { KnownProvider } from './providers/known-provider.ts';

/** Whose account there it is. */
export interface Account {
  readonly id: string;
  readonly name: string;
}

const claimsSchema = z.object({
  sub: z.string(),
  email: z.string().optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
});

/** No answer to such a question is larger. */
const longestAnswer = 256_000;
const longestName = 200;

/**
 * Names the account by the ID token, which was checked when it came, or by asking the service with the
 * new token. Undefined when neither tells: a name is a convenience, and its lack stops nothing.
 */
export async function nameAccount(
  provider: KnownProvider | undefined,
  tokens: TokenSet,
  network: ConnectionNetwork,
): Promise<Account | undefined> {
  const request = provider?.definition?.account;
  if (request === undefined || 'idToken' in request) return fromIdToken(tokens);
  try {
    const answer = await network.fetch(request.url, {
      method: request.body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        'user-agent': 'plugboard',
        ...request.headers,
        authorization: `Bearer ${tokens.accessToken.reveal()}`,
      },
      body: request.body,
      signal: AbortSignal.any([network.signal, AbortSignal.timeout(10_000)]),
    });
    if (answer.status !== 200) return fromIdToken(tokens);
    const body = await readJson(answer.body);
    const id = at(body, request.id);
    if (id === undefined) return fromIdToken(tokens);
    return { id, name: at(body, request.name) ?? id };
  } catch {
    return fromIdToken(tokens);
  }
}

function fromIdToken({ idToken }: TokenSet): Account | undefined {
  const [, payload] = idToken?.reveal().split('.') ?? [];
  if (payload === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const { sub, email, preferred_username: username, name } = claimsSchema.parse(json);
    return { id: plain(sub), name: plain(email ?? username ?? name ?? sub) };
  } catch {
    return undefined;
  }
}

async function readJson(body: AsyncIterable<Uint8Array> | null): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > longestAnswer) return undefined;
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** The text or number at a path such as `data.viewer.id`. */
function at(value: unknown, path: string): string | undefined {
  let here: unknown = value;
  for (const name of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = Reflect.get(here, name);
  }
  if (typeof here === 'number') return String(here);
  return typeof here === 'string' && here !== '' ? plain(here) : undefined;
}

/** Others choose these names: nothing in them may move a cursor or end a line. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const moving = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
  return text.replace(moving, '').slice(0, longestName);
}
