/**
 * A server on standard streams that misbehaves as it is asked to: the method of a request names what
 * it does. Run as a process of its own.
 */
import { closeSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly text?: string;
    readonly bytes?: number;
    readonly requestId?: number;
    readonly _meta?: { readonly progressToken?: number | string };
  };
}

const [mode] = process.argv.slice(2);
const heard: Message[] = [];
const held = new Set<Message['id']>();
let asking: { readonly id: Message['id']; readonly after: number } | undefined;

createInterface({ input: process.stdin }).on('line', (line) => {
  take(read(line));
});

/** Trusted: only our own tests speak to this server. */
function read(line: string): Message {
  return JSON.parse(line);
}

function take(message: Message): void {
  heard.push(message);
  const { id, params } = message;
  const token = params?._meta?.progressToken;
  switch (message.method) {
    case 'server/discover':
      if (mode === 'silent' || mode === 'deaf') return;
      print({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
      return;
    case 'initialize':
      if (mode === 'silent') return;
      if (mode === 'refuses') {
        print({ jsonrpc: '2.0', id, error: { code: -32000, message: 'no\nkey' } });
        return;
      }
      answer(id, {
        protocolVersion: mode === 'future' ? '2099-01-01' : '2025-06-18',
        capabilities: {},
        serverInfo: { name: 'fixture', version: '1', 'x-unknown': 1 },
      });
      return;
    case 'echo':
      answer(id, { params: params ?? null, token: token ?? null });
      return;
    case 'raw':
      process.stdout.write((params?.text ?? '').replaceAll('$ID', String(id)));
      return;
    case 'heard':
      answer(id, { heard: heard.map(({ method, params }) => ({ method, params })) });
      return;
    case 'big':
      answer(id, { text: 'ü'.repeat((params?.bytes ?? 0) / 2) });
      return;
    case 'endless':
      flood(Buffer.alloc(1024 * 1024, 'x'));
      return;
    case 'garbage':
      print('not json at all');
      process.stdout.write('\n{"jsonrpc":"2.0","id":999999,"result":{}}\n[1]\n');
      answer(id, {});
      return;
    case 'split': {
      const text = Buffer.from(
        `${JSON.stringify({ jsonrpc: '2.0', id, result: { text: '😀ü' } })}\n`,
      );
      let at = 0;
      const next = (): void => {
        if (at >= text.length) return;
        process.stdout.write(text.subarray(at, (at += 1)), () => setTimeout(next, 1));
      };
      next();
      return;
    }
    case 'progress':
      for (let step = 1; step <= 3; step += 1) {
        setTimeout(() => {
          print({
            jsonrpc: '2.0',
            method: 'notifications/progress',
            params: { progress: step, progressToken: token, 'x-extra': 1 },
          });
          if (step === 3) answer(id, {});
        }, step * 20);
      }
      return;
    case 'hold':
      held.add(id);
      return;
    case 'notifications/cancelled':
      setTimeout(() => {
        if (held.delete(params?.requestId)) answer(params?.requestId, { late: true });
      }, 20);
      return;
    case 'ask':
      print({ jsonrpc: '2.0', id: 'p1', method: 'ping' });
      print({ jsonrpc: '2.0', id: 'r1', method: 'roots/list' });
      asking = { id, after: answersHeard().length + 2 };
      return;
    case 'notify':
      for (let i = 0; i < 1000; i += 1) {
        print({
          jsonrpc: '2.0',
          method: 'notifications/message',
          params: { level: 'info', data: i },
        });
      }
      answer(id, {});
      return;
    case 'die':
      process.exit(3);
      return;
    case 'close-output':
      closeSync(1);
      setInterval(() => {}, 1000);
      return;
    case 'close-input':
      answer(id, {});
      process.stdin.destroy();
      closeSync(0); // destroying leaves the descriptor itself open
      setInterval(() => {}, 1000);
      return;
    case 'stop-reading':
      process.stdin.pause();
      answer(id, {});
      return;
    case undefined:
      if (asking === undefined || answersHeard().length < asking.after) return;
      answer(asking.id, { heard: answersHeard() });
      asking = undefined;
      return;
    default:
  }
}

/** What our own requests, whose ids are text, were answered. */
function answersHeard(): Message[] {
  return heard.filter((message) => typeof message.id === 'string');
}

function flood(block: Buffer): void {
  while (process.stdout.write(block));
  process.stdout.once('drain', () => flood(block));
}

function answer(id: Message['id'], result: unknown): void {
  print({ jsonrpc: '2.0', id, result });
}

function print(message: unknown): void {
  process.stdout.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
}
