/** Lets a few start at a time; organizations take turns, so one with many does not hold up the rest. */
export interface StartQueue {
  /** Resolves with how to leave, which may be called twice. Rejects with the signal's reason. */
  enter(organizationId: string, signal: AbortSignal): Promise<() => void>;
}

export function createStartQueue(maxStarting: number): StartQueue {
  let free = maxStarting;
  /** First in, first out within an organization; the map's order is whose turn it is. */
  const waiting = new Map<string, (() => void)[]>();

  function next(): void {
    for (const [organizationId, queue] of waiting) {
      waiting.delete(organizationId);
      const go = queue.shift();
      if (queue.length > 0) waiting.set(organizationId, queue);
      if (go) {
        go();
        return;
      }
    }
    free += 1;
  }

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      next();
    };
  }

  return {
    async enter(organizationId, signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leaveOnce();
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const queue = waiting.get(organizationId) ?? [];
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(go), 1);
        if (queue.length === 0) waiting.delete(organizationId);
        reject(signal.reason);
      };
      queue.push(go);
      waiting.set(organizationId, queue);
      signal.addEventListener('abort', giveUp, { once: true });
      await promise;
      return leaveOnce();
    },
  };
}
