import { AppError } from '@plugboard/contracts';
import {
  type Envelope,
  EnvelopeError,
  parseParams,
  type Upstream,
  withRequestMeta,
} from '@plugboard/protocol';

import { valueAt } from '../call/value-at.ts';
import { type Topic, topicKey } from './topic.ts';

/** Milliseconds for a server to acknowledge. */
const patienceMs = 20_000;

/** An acknowledged `subscriptions/listen` (MCP 2026-07-28, subscriptions). */
export interface ListenStream extends Disposable {
  /** Keys of those topics that the server will tell of. */
  readonly honored: ReadonlySet<string>;
  /** Settles, never rejects, when it is over. */
  readonly ended: Promise<void>;
}

/** The server answered with an error: it does not want this subscription. */
export class ListenRefused extends Error {}

/**
 * Opens one and resolves when the server has acknowledged it; `hear` gets everything after that.
 * Rejects with `ListenRefused`, and with `AppError` as `Upstream.request` does.
 */
export async function openListenStream(
  upstream: Upstream,
  topics: readonly Topic[],
  hear: (message: Envelope) => void,
): Promise<ListenStream> {
  const acknowledged = Promise.withResolvers<ReadonlySet<string>>();
  const life = new AbortController();
  const patience = setTimeout(() => life.abort(), patienceMs);
  let isOpen = false;

  const ended = (async () => {
    try {
      const { kind } = await upstream.request({
        method: 'subscriptions/listen',
        params: listenParams(upstream, topics),
        signal: life.signal,
        timeoutMs: 0,
        onMessage(message) {
          if (isOpen) hear(message);
          else if (message.method === 'notifications/subscriptions/acknowledged') {
            isOpen = true;
            acknowledged.resolve(honoredOf(topics, message));
          }
        },
      });
      acknowledged.reject(kind === 'error' ? new ListenRefused() : notAcknowledged());
    } catch (error) {
      acknowledged.reject(error);
    }
  })();

  try {
    const honored = await acknowledged.promise;
    return { honored, ended, [Symbol.dispose]: () => life.abort() };
  } catch (error) {
    throw life.signal.aborted ? notAcknowledged() : error;
  } finally {
    clearTimeout(patience);
  }
}

function notAcknowledged(): AppError {
  return new AppError('upstream_failed', 'The server did not acknowledge the subscription.');
}

function listenParams(upstream: Upstream, topics: readonly Topic[]): Buffer {
  const names = (kind: Topic['kind']): string[] =>
    topics.filter((topic) => topic.kind === kind).map(({ name }) => name);
  const [uris, taskIds] = [names('resource'), names('task')];
  const notifications = {
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
    ...(taskIds.length > 0 && { taskIds }),
  };
  const params = Buffer.from(JSON.stringify({ notifications }));
  if (taskIds.length === 0) return params;
  // Tasks are for clients that say they know them.
  return withRequestMeta(params, {
    protocolVersion: upstream.hello.protocolVersion,
    clientCapabilities: '{"extensions":{"io.modelcontextprotocol/tasks":{}}}',
  });
}

/** Of what was asked for, and of nothing that the server adds to it. */
function honoredOf(asked: readonly Topic[], message: Envelope): ReadonlySet<string> {
  const granted = {
    resource: namesIn(message, 'resourceSubscriptions'),
    task: namesIn(message, 'taskIds'),
  };
  return new Set(asked.filter(({ kind, name }) => granted[kind].has(name)).map(topicKey));
}

function namesIn(message: Envelope, member: string): ReadonlySet<unknown> {
  try {
    const names = valueAt(parseParams(message), ['notifications', member]);
    return new Set(Array.isArray(names) ? names : []);
  } catch (error) {
    // What not every parser understands alike grants nothing.
    if (error instanceof EnvelopeError) return new Set();
    throw error;
  }
}
