import { type BenchTool, resultOf, toolListOf } from './answers.ts';

interface Message {
  id?: number | string;
  method?: string;
  params?: { name?: string; protocolVersion?: string; _meta?: object };
}

/** What to send back for one message, as cheaply as a server can. */
export interface Reply {
  /** The whole JSON-RPC answer; undefined when the message was a notification. */
  readonly body: Buffer | undefined;
  readonly opensSession: boolean;
}

const head = Buffer.from('{"result":');
const middle = Buffer.from(',"jsonrpc":"2.0","id":');

/** The modern era has no `initialize`, and every result says of what type it is. */
export type BenchEra = 'legacy' | 'modern';

const typed = Buffer.from('{"resultType":"complete",');

/**
 * Makes the function that answers MCP messages. Results are built once and copied; members stand in
 * the order in which the common SDKs write them, `id` last. `end` is appended to each answer.
 */
export function createAnswerer(
  toolCount: number,
  end: '' | '\n',
  era: BenchEra = 'legacy',
): (message: string) => Reply {
  const ready = (result: Buffer) =>
    era === 'modern' ? Buffer.concat([typed, result.subarray(1)]) : result;
  const results = new Map<string, Buffer>();
  for (const tool of ['echo_2k', 'echo_50k', 'write_2k'] satisfies BenchTool[]) {
    results.set(tool, ready(resultOf(tool)));
  }
  const small = ready(resultOf('echo_2k'));
  const list = ready(toolListOf(toolCount));

  return (text) => {
    const message: Message = JSON.parse(text);
    if (message.id === undefined) return { body: undefined, opensSession: false };
    const tail = `${JSON.stringify(message.id)}}${end}`;
    switch (message.method ?? '') {
      case 'tools/call': {
        const name = message.params?.name ?? '';
        const result = results.get(name) ?? (name.startsWith('lookup_') ? small : undefined);
        if (result === undefined) return failure(tail, -32602, `unknown tool ${name}`);
        return { body: success(result, tail), opensSession: false };
      }
      case 'server/discover':
        if (era === 'legacy') return failure(tail, -32601, 'no method server/discover');
        return { body: success(ready(discovery), tail), opensSession: false };
      case 'initialize': {
        if (era === 'modern') return failure(tail, -32601, 'no method initialize');
        const hello = helloFor(message.params?.protocolVersion ?? '2025-11-25');
        return { body: success(hello, tail), opensSession: true };
      }
      case 'tools/list':
        return { body: success(list, tail), opensSession: false };
      case 'ping':
        return { body: success(Buffer.from('{}'), tail), opensSession: false };
      default:
        return failure(tail, -32601, `no method ${message.method}`);
    }
  };
}

function success(result: Buffer, tail: string): Buffer {
  const tailAt = head.length + result.length + middle.length;
  const body = Buffer.allocUnsafe(tailAt + Buffer.byteLength(tail));
  head.copy(body, 0);
  result.copy(body, head.length);
  middle.copy(body, head.length + result.length);
  body.write(tail, tailAt);
  return body;
}

function failure(tail: string, code: number, message: string): Reply {
  const error = JSON.stringify({ code, message });
  return {
    body: Buffer.from(`{"error":${error},"jsonrpc":"2.0","id":${tail}`),
    opensSession: false,
  };
}

const discovery = Buffer.from(
  JSON.stringify({
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    ttlMs: 60_000,
    cacheScope: 'public',
  }),
);

function helloFor(protocolVersion: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      protocolVersion,
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'plugboard-bench', version: '1.0.0' },
    }),
  );
}
