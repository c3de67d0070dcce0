import { agentScope } from '@plugboard/gateway';

import { normalizeMetadata } from './clients/normalize-metadata.ts';

export interface NormalRequest {
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer | undefined;
}

/**
 * Puts right what clients commonly send otherwise: there is one scope, whatever was asked for (RFC 6749
 * section 3.3 lets a server say so in its answer); what a client registers is held to what is spoken
 * here; and an agent's client may send its secret either way.
 */
export function normalizeRequest(
  url: string,
  headers: Record<string, string | string[] | undefined>,
  body: Buffer | undefined,
): NormalRequest {
  if (url.startsWith('/oauth/authorize?')) {
    const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
    query.delete('scope');
    query.set('scope', agentScope);
    // A hint of who should be asked is not an order, and we ask who is there.
    for (const name of ['nonce', 'claims', 'max_age', 'acr_values', 'id_token_hint']) {
      query.delete(name);
    }
    return { url: `/oauth/authorize?${query.toString()}`, headers, body };
  }
  const type = String(headers['content-type'] ?? '');
  if (body && url.startsWith('/oauth/register') && type.startsWith('application/json')) {
    return { url, headers, body: normalizedRegistration(body) };
  }
  if (
    body &&
    /^\/oauth\/(?:token|revoke)/.test(url) &&
    type.startsWith('application/x-www-form-urlencoded')
  ) {
    return { url, ...normalizedForm(headers, body) };
  }
  return { url, headers, body };
}

function normalizedRegistration(body: Buffer): Buffer {
  try {
    const metadata: unknown = JSON.parse(body.toString());
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return body;
    return Buffer.from(JSON.stringify(normalizeMetadata({ ...metadata })));
  } catch {
    // The provider says what is wrong with it.
    return body;
  }
}

function normalizedForm(
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
): Pick<NormalRequest, 'headers' | 'body'> {
  const form = new URLSearchParams(body.toString());
  form.delete('scope');
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  const isAgentClient = clientId?.startsWith('pbc_') === true;
  if (!isAgentClient || secret === null || headers['authorization'] !== undefined) {
    return { headers, body: Buffer.from(form.toString()) };
  }
  form.delete('client_secret');
  form.delete('client_id');
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { headers: { ...headers, authorization }, body: Buffer.from(form.toString()) };
}
