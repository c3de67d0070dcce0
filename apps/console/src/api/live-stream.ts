import type { LiveEvent } from '@plugboard/contracts/api';

import { api } from './client.ts';
import { readError } from './errors.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

type Message = { readonly event: LiveEvent } | { readonly state: LiveState };

const name = 'plugboard-live';
const waitsMs = [500, 1000, 2000, 5000, 10_000] as const;

/**
 * Hears what happens at the server. Of all tabs of a browser one holds the stream and tells the others
 * (a browser opens only six connections to a server), another takes over when it closes. Returns how
 * to stop.
 */
export function hearLive(
  organizationId: string,
  onEvent: (event: LiveEvent) => void,
  onState: (state: LiveState) => void,
): () => void {
  const stop = new AbortController();
  const channel = new BroadcastChannel(`${name}:${organizationId}`);
  const take = (message: Message): void => {
    if ('event' in message) onEvent(message.event);
    else onState(message.state);
  };
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => take(data));
  const tell = (message: Message): void => {
    take(message);
    channel.postMessage(message);
  };
  navigator.locks
    .request(`${name}:${organizationId}`, { signal: stop.signal }, () => hold(tell, stop.signal))
    .catch(() => {
      // The tab closed before it had the lock.
    });
  return () => {
    stop.abort();
    channel.close();
  };
}

/** Holds the stream until stopped, whatever becomes of the connection. */
async function hold(tell: (message: Message) => void, stopped: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stopped.aborted) {
    try {
      const events = await api.live.watch(undefined, { signal: stopped });
      for await (const event of events) {
        if (event.type === 'hello') {
          // What happened before, or while the stream was away, is not known.
          if (failures > 0) tell({ event: { type: 'change', about: 'everything' } });
          failures = 0;
          tell({ state: 'live' });
        }
        tell({ event });
      }
    } catch (error) {
      if (stopped.aborted) return;
      // Asking for anything else leads to signing in; this alone would ask for ever.
      if (['unauthenticated', 'forbidden'].includes(readError(error).code))
        failures = waitsMs.length;
    }
    failures += 1;
    tell({ state: failures > 1 ? 'lost' : 'connecting' });
    await sleep(waitsMs[Math.min(failures, waitsMs.length) - 1] ?? 10_000, stopped);
  }
}

function sleep(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
