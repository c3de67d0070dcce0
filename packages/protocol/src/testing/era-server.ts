/**
 * A server on standard streams of the era, or of the bad manners, that its argument names. Run as a
 * process of its own.
 */
import { createInterface } from 'node:readline';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const [manner = ''] = process.argv.slice(2);
const isVeryLate = manner.startsWith('very-');
const mode = manner.replace('very-', '');
const heard: Message[] = [];
let isGreeted = false;

const discovered = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  resultType: 'complete',
  ttlMs: 1000,
  cacheScope: 'public',
  'x-unknown': 1,
};
const greeted = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  serverInfo: { name: 'fixture', version: '1' },
};

/** What each mode does about `server/discover`; the others do not know it. */
const discover: Readonly<Record<string, (id: Message['id']) => void>> = {
  modern: (id) => answer(id, discovered),
  dual: (id) => answer(id, discovered),
  'late-dual': (id) => answer(id, discovered),
  'late-modern': (id) => answer(id, discovered),
  deaf: () => {},
  silent: () => {},
  'after-initialize': () => {},
  anything: (id) => answer(id, {}),
  'odd-versions': (id) => answer(id, { ...discovered, supportedVersions: ['2026-07-28', 1] }),
  'no-capabilities': (id) => answer(id, { supportedVersions: ['2026-07-28'] }),
  'both-eras': (id) => answer(id, { ...discovered, ...greeted }),
  twice: (id) => {
    answer(id, discovered);
    answer(id, greeted);
  },
  garbage: (id) => {
    process.stdout.write(`<html>\n{"jsonrpc":"2.0","id":${id},"result":{\n\n[]\n"${id}"\n`);
  },
  'wrong-id': () => answer(4711, discovered),
  'duplicate-keys': (id) => {
    const versions = '"supportedVersions":["2026-07-28"]';
    print(`{"jsonrpc":"2.0","id":${id},"result":{"capabilities":{},${versions},${versions}}}`);
  },
  huge: (id) => answer(id, { ...discovered, instructions: 'x'.repeat(3_000_000) }),
  exits: () => process.exit(1),
  future: (id) => refuse(id, -32022, { supported: ['2027-01-01'] }),
  'future-result': (id) => answer(id, { ...discovered, supportedVersions: ['2027-01-01'] }),
  'future-dual': (id) => refuse(id, -32022, { supported: ['2027-01-01', '2025-06-18'] }),
  'not-said': (id) => refuse(id, -32022, 'what?'),
  demanding: (id) => refuse(id, -32021, { requiredCapabilities: { sampling: {} } }),
};

const isModernOnly = ['modern', 'late-modern', 'future', 'future-result', 'not-said'].includes(
  mode,
);

// Not reading is what a server does that is slow to begin.
const readsAfterMs = isVeryLate ? 7000 : mode.startsWith('late-') ? 1500 : 0;
setTimeout(() => {
  createInterface({ input: process.stdin }).on('line', (line) => take(read(line)));
}, readsAfterMs);

/** Trusted: only our own tests speak to this server. */
function read(line: string): Message {
  return JSON.parse(line);
}

function take(message: Message): void {
  heard.push(message);
  const { id, method } = message;
  if (method === 'server/discover') {
    const act = discover[mode];
    if (act === undefined) refuse(id, -32601);
    else act(id);
  } else if (method === 'initialize') {
    if (mode === 'silent') return;
    if (isModernOnly) {
      refuse(id, -32601);
      return;
    }
    isGreeted = true;
    answer(id, greeted);
    if (mode === 'after-initialize') answer(heard[0]?.id, discovered);
  } else if (method === 'heard') {
    answer(id, { isGreeted, heard });
  } else if (method === 'subscriptions/listen') {
    for (const subscription of [id, 4711, undefined]) {
      const _meta = { 'io.modelcontextprotocol/subscriptionId': subscription };
      print({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { _meta } });
    }
  } else if (method === 'ask') {
    print({ jsonrpc: '2.0', id: 'p1', method: 'ping' });
    print({ jsonrpc: '2.0', id: 'r1', method: 'roots/list' });
    setTimeout(() => answer(id, { heard: heard.filter((m) => typeof m.id === 'string') }), 60);
  }
}

function answer(id: Message['id'], result: unknown): void {
  print({ jsonrpc: '2.0', id, result });
}

function refuse(id: Message['id'], code: number, data?: unknown): void {
  print({ jsonrpc: '2.0', id, error: { code, message: 'no', data } });
}

function print(message: unknown): void {
  process.stdout.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
}
