import { type Lookup, openOutboundFetch, type OutboundFetch } from '@plugboard/runtime';

import { normalizeMetadata } from './normalize-metadata.ts';

const longestDocument = 32 * 1024;
const timeoutMs = 5_000;

/**
 * What the provider fetches of clients: metadata documents and keys, from addresses that whoever
 * sends a request chooses. Public ones alone unless `allowPrivateNetwork`, without redirects, bounded in
 * size and time.
 */
export function createDocumentFetch(
  allowPrivateNetwork: boolean,
  lookup?: Lookup,
): (url: string | URL | Request) => Promise<Response> {
  let outbound: Promise<OutboundFetch> | undefined;
  return async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    outbound ??= openOutboundFetch(allowPrivateNetwork, lookup);
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { accept: 'application/json' };
    const answer = await (await outbound).fetch(url, { headers, redirect: 'manual', signal });
    if (answer.status !== 200) throw new Error(`a client's document came with ${answer.status}`);
    const body = await readBounded(answer.body);
    const kept: Record<string, string> = {};
    for (const name of ['cache-control', 'expires']) {
      const value = answer.headers.get(name);
      if (value !== null) kept[name] = value;
    }
    return new Response(withoutSurprises(body), { status: 200, headers: kept });
  };
}

async function readBounded(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > longestDocument) throw new Error("a client's document is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A metadata document is read as one that was registered; a set of keys stays as it is. */
function withoutSurprises(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return text;
  if ('keys' in value && !('client_id' in value)) return text;
  const document: Readonly<Record<string, unknown>> = { ...value };
  // The provider refuses documents with secrets: it must see that there is one.
  const secret = ['client_secret', 'client_secret_expires_at'].filter((name) => name in document);
  return JSON.stringify({
    token_endpoint_auth_method: 'none',
    ...normalizeMetadata(document),
    ...Object.fromEntries(secret.map((name) => [name, document[name]])),
  });
}
