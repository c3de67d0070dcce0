/** A server of either era with the manners that its argument names. Run as a process of its own. */
import { createInterface } from 'node:readline';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly uri?: string;
    readonly notifications?: {
      readonly resourceSubscriptions?: readonly string[];
      readonly taskIds?: readonly string[];
    };
    readonly count?: number;
    readonly _meta?: unknown;
  };
}

const [manner = ''] = process.argv.slice(2);
const isModern = manner !== 'legacy' && manner !== 'refuses' && manner !== 'without';
const subscriptionId = 'io.modelcontextprotocol/subscriptionId';
const heard: unknown[] = [];
let listens = 0;
let current: number | undefined;

createInterface({ input: process.stdin }).on('line', (line) => take(read(line)));

/** Trusted: only our own tests speak to this server. */
function read(line: string): Message {
  return JSON.parse(line);
}

function take({ id, method, params }: Message): void {
  if (method !== 'heard') heard.push({ method, params });
  const capabilities = {
    resources: manner === 'without' ? {} : { subscribe: true },
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  };
  switch (method) {
    case 'initialize':
      if (isModern) refuse(id);
      else
        answer(id, {
          protocolVersion: '2025-11-25',
          capabilities,
          serverInfo: { name: 'odd', version: '1' },
        });
      return;
    case 'server/discover':
      if (isModern) {
        answer(id, {
          resultType: 'complete',
          supportedVersions: ['2026-07-28'],
          capabilities,
          ttlMs: 0,
          cacheScope: 'public',
        });
      } else refuse(id);
      return;
    case 'resources/subscribe':
      if (manner === 'refuses') refuse(id);
      else answer(id, {});
      return;
    case 'subscriptions/listen':
      listen(id, params?.notifications ?? {});
      return;
    case 'update':
      for (let n = 0; n < (params?.count ?? 1); n += 1) {
        tell('notifications/resources/updated', { uri: params?.uri, n });
      }
      answer(id, {});
      return;
    case 'task':
      tell('notifications/tasks', { taskId: 't1', status: 'working' });
      answer(id, {});
      return;
    case 'end':
      answer(current, { resultType: 'complete' });
      answer(id, {});
      return;
    case 'heard':
      answer(id, { heard });
      return;
    case undefined:
    default:
      if (id !== undefined) answer(id, {});
  }
}

function listen(
  id: number | undefined,
  {
    resourceSubscriptions = [],
    taskIds = [],
  }: NonNullable<NonNullable<Message['params']>['notifications']>,
): void {
  listens += 1;
  const dislikes = resourceSubscriptions.includes('note://bad');
  if (manner === 'picky' && dislikes) {
    refuse(id);
    return;
  }
  if (manner === 'impatient' && listens > 1) {
    answer(id, { resultType: 'complete' });
    return;
  }
  current = id;
  const honored =
    manner === 'partial'
      ? resourceSubscriptions.filter((uri) => uri !== 'note://bad')
      : resourceSubscriptions;
  const extra = manner === 'generous' ? ['note://unasked'] : [];
  tell('notifications/subscriptions/acknowledged', {
    notifications: { resourceSubscriptions: [...honored, ...extra], taskIds },
  });
}

function tell(method: string, params: object): void {
  const tag = isModern ? { _meta: { [subscriptionId]: current } } : {};
  print({ method, params: { ...params, ...tag } });
}

function answer(id: number | undefined, result: unknown): void {
  print({ id, result });
}

function refuse(id: number | undefined): void {
  print({ id, error: { code: -32601, message: 'no' } });
}

function print(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
