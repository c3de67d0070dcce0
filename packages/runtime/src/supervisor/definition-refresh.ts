import type { Envelope, Upstream } from '@plugboard/protocol';

/** Turns bursts of list_changed notifications into single refreshes, one at a time. */
export interface DefinitionRefresh extends Disposable {
  readonly hear: (message: Envelope, upstream: Upstream) => void;
  /** Something may have changed that was not heard of. */
  request(upstream: Upstream): void;
}

/** `run` must not reject. Between two runs of it lies at least ten times the delay. */
export function createDefinitionRefresh(
  delayMs: number,
  run: (upstream: Upstream) => Promise<void>,
): DefinitionRefresh {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  let disposed = false;

  function schedule(ms: number, upstream: Upstream): void {
    timer = setTimeout(() => void refresh(upstream), ms).unref();
  }

  async function refresh(upstream: Upstream): Promise<void> {
    timer = undefined;
    running = true;
    await run(upstream);
    running = false;
    if (again && !disposed) schedule(10 * delayMs, upstream);
    again = false;
  }

  function request(upstream: Upstream): void {
    if (disposed) return;
    if (running) again = true;
    else if (timer === undefined) schedule(delayMs, upstream);
  }

  return {
    request,
    hear({ kind, method }, upstream) {
      if (kind === 'notification' && isListChanged(method)) request(upstream);
    },
    [Symbol.dispose]() {
      disposed = true;
      clearTimeout(timer);
    },
  };
}

function isListChanged(method: string | undefined): boolean {
  return (
    method === 'notifications/tools/list_changed' ||
    method === 'notifications/prompts/list_changed' ||
    method === 'notifications/resources/list_changed'
  );
}
