import { describe, expect, it } from 'vitest';

import { createStartQueue } from './start-queue.ts';

const never = new AbortController().signal;

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('createStartQueue', () => {
  it('lets only so many in and gives turns to organizations', async () => {
    const queue = createStartQueue(2);
    const order: string[] = [];
    const leaves: (() => void)[] = [];
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2']) {
      void queue.enter(name[0]!, never).then((leave) => {
        order.push(name);
        leaves.push(leave);
      });
    }
    await settle();
    expect(order).toEqual(['a1', 'a2']);
    for (let n = 0; n < 7; n++) {
      leaves[n]?.();
      await settle();
      expect(order).toHaveLength(Math.min(7, n + 3));
    }
    expect(order).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2']);
  });

  it('counts leaving twice as once', async () => {
    const queue = createStartQueue(1);
    const leave = await queue.enter('a', never);
    leave();
    leave();
    await queue.enter('a', never);
    let entered = false;
    void queue.enter('a', never).then(() => (entered = true));
    await settle();
    expect(entered).toBe(false);
  });

  it('forgets who gives up while waiting', async () => {
    const queue = createStartQueue(1);
    const leave = await queue.enter('a', never);
    const patience = new AbortController();
    const waiting = queue.enter('a', patience.signal);
    const after = queue.enter('a', never);
    patience.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    leave();
    (await after)();
    await expect(queue.enter('a', patience.signal)).rejects.toThrow('stopped');
    (await queue.enter('b', never))();
  });
});
