import { setTimeout as delay } from 'node:timers/promises';

import type { Envelope, Upstream } from '@plugboard/protocol';

export interface ListChanges extends Disposable {
  /** Whether a request of it is under way on the connection. */
  readonly isOpen: boolean;
}

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** A stream that lived this long was no failure. */
const stableMs = 60_000;

/**
 * Keeps a `subscriptions/listen` open to a server of the modern era for the lists that it says may
 * change, as a legacy server tells of them unasked (MCP 2026-07-28, subscriptions). Each opening
 * after the first calls `onGap`, for something may have been missed. Ends when the server refuses,
 * when the connection ends, and when disposed of.
 */
export function listenForListChanges(
  upstream: Upstream,
  hear: (message: Envelope) => void,
  onGap: () => void,
): ListChanges {
  const params = listenParams(upstream);
  const life = new AbortController();
  let isOpen = false;

  async function listen(isAgain: boolean): Promise<'refused' | 'ended'> {
    isOpen = true;
    try {
      const answer = await upstream.request({
        method: 'subscriptions/listen',
        params,
        signal: life.signal,
        timeoutMs: 0,
        onMessage: (message) => {
          hear(message);
          if (isAgain && message.method === 'notifications/subscriptions/acknowledged') onGap();
        },
      });
      return answer.kind === 'error' ? 'refused' : 'ended';
    } catch {
      // However it broke, it is opened again; that the connection broke others find out.
      return 'ended';
    } finally {
      isOpen = false;
    }
  }

  async function keepListening(): Promise<void> {
    let waitMs = firstWaitMs;
    let isAgain = false;
    void upstream.closed.then(() => life.abort());
    while (!life.signal.aborted) {
      const since = performance.now();
      if ((await listen(isAgain)) === 'refused') return;
      if (performance.now() - since >= stableMs) waitMs = firstWaitMs;
      const halfMs = waitMs / 2;
      const patience = halfMs + halfMs * Math.random();
      await delay(patience, undefined, { ref: false, signal: life.signal }).catch(() => undefined);
      waitMs = Math.min(longestWaitMs, waitMs * 2);
      isAgain = true;
    }
  }

  if (params !== undefined) void keepListening();
  return {
    get isOpen() {
      return isOpen;
    },
    [Symbol.dispose]: () => life.abort(),
  };
}

/** Undefined when there is nothing to listen for. */
function listenParams({ hello }: Upstream): Buffer | undefined {
  if (hello.era !== 'modern') return undefined;
  const { capabilities }: { capabilities?: Readonly<Record<string, unknown>> } = JSON.parse(
    hello.result.toString(),
  );
  const notifications: Record<string, boolean> = {};
  for (const noun of ['tools', 'prompts', 'resources'] as const) {
    const capability = capabilities?.[noun];
    const changes =
      typeof capability === 'object' &&
      capability !== null &&
      Reflect.get(capability, 'listChanged') === true;
    if (changes) notifications[`${noun}ListChanged`] = true;
  }
  if (Object.keys(notifications).length === 0) return undefined;
  return Buffer.from(JSON.stringify({ notifications }));
}
