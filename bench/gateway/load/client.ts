import type { BenchEra } from '../upstreams/rpc.ts';

/** One client of the load: it has at most one call under way. */
export interface LoadClient extends AsyncDisposable {
  /**
   * Sends the next call; `onAnswer` hears once: undefined for a right answer, else what was wrong.
   * After a fault the client may be used again at once.
   */
  call(onAnswer: (fault: string | undefined) => void): void;
}

let lastId = 100_000_000;

/** Ids are unique over all clients, so that an answer given to the wrong one is noticed. */
export function nextId(): number {
  return ++lastId;
}

const clientInfo = { name: 'plugboard-bench-load', version: '1.0.0' };

/** What every request of the modern era says of its client. */
const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': clientInfo,
};

/** A `tools/call` request whose id can be changed in place: ids all have nine digits. */
export function callTemplate(
  tool: string,
  era: BenchEra = 'legacy',
): { readonly text: string; readonly idAt: number } {
  const id = nextId();
  const text = JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: tool,
      arguments: { path: 'src/orders.ts', query: 'open order', limit: 50 },
      ...(era === 'modern' && { _meta: modernMeta }),
    },
  });
  return { text, idAt: text.indexOf(String(id)) };
}

export const initialize = {
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo,
  },
};

export const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
