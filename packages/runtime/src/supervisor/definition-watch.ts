import type { Envelope, Upstream } from '@plugboard/protocol';

import { createDefinitionRefresh } from './definition-refresh.ts';
import { listenForListChanges, type ListChanges } from './list-changes.ts';

/** Finds out, in either era, that a server offers something else than before. */
export interface DefinitionWatch extends Disposable {
  /** Takes what a legacy server tells by itself. */
  hear(message: Envelope, upstream: Upstream): void;
  /** Asks a modern server to tell. */
  listen(upstream: Upstream): void;
  /** Whether a request of the watch is under way on the connection. */
  readonly isListening: boolean;
}

/** `run` must not reject; it is called once for a burst, and never twice at once. */
export function createDefinitionWatch(
  delayMs: number,
  run: (upstream: Upstream) => Promise<void>,
): DefinitionWatch {
  const refresh = createDefinitionRefresh(delayMs, run);
  let changes: ListChanges | undefined;
  return {
    hear: refresh.hear,
    listen(upstream) {
      changes = listenForListChanges(
        upstream,
        (message) => refresh.hear(message, upstream),
        () => refresh.request(upstream),
      );
    },
    get isListening() {
      return changes?.isOpen === true;
    },
    [Symbol.dispose]() {
      changes?.[Symbol.dispose]();
      refresh[Symbol.dispose]();
    },
  };
}
