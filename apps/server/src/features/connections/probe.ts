import { AppError } from '@plugboard/contracts';
import { type Challenge, readChallenge } from '@plugboard/oauth';

import type { ConnectionNetwork } from './network.ts';

export interface Probed {
  /** It answered without a token. */
  readonly isOpen: boolean;
  readonly challenge: Challenge | undefined;
}

const clientInfo = { name: 'plugboard', version: '1' };

/**
 * Asks an MCP server without a token, for its challenge: to begin, and where it lets anybody begin, for
 * its tools. What else it answers is not looked at.
 */
export async function probe(url: string, network: ConnectionNetwork): Promise<Probed> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const begun = await ask(url, network, 'initialize', params, {});
  if (begun.challenge) return begun;
  if (begun.status === 401) return { isOpen: false, challenge: undefined };
  if (!begun.isOpen) {
    // Since 2026-07-28 nothing is begun, and a request says all by itself.
    return ask(
      url,
      network,
      'tools/list',
      {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': clientInfo,
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
    );
  }
  const { session } = begun;
  const headers = {
    'mcp-protocol-version': '2025-11-25',
    ...(session !== null && { 'mcp-session-id': session }),
  };
  const asked = await ask(url, network, 'tools/list', {}, headers);
  if (session !== null) await leave(url, network, headers);
  return asked;
}

interface Asked extends Probed {
  readonly status: number;
  readonly session: string | null;
}

async function ask(
  url: string,
  { fetch, signal }: ConnectionNetwork,
  method: string,
  params: object,
  headers: Readonly<Record<string, string>>,
): Promise<Asked> {
  const { status, headers: answered } = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  }).catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    throw new AppError('upstream_failed', `${new URL(url).host} does not answer.`, {
      cause: error,
    });
  });
  // Nothing of the body is wanted; the connection ends with the network.
  return {
    status,
    isOpen: status >= 200 && status < 300,
    challenge:
      status === 401 || status === 403
        ? readChallenge(answered.get('www-authenticate'))
        : undefined,
    session: answered.get('mcp-session-id'),
  };
}

/** Ends the session that only asked; a server that cannot is not waited for. */
async function leave(
  url: string,
  { fetch, signal }: ConnectionNetwork,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
  await fetch(url, { method: 'DELETE', headers, signal: end }).catch(() => undefined);
}
