import type { Upstream } from '@plugboard/protocol';
import { readEnvelope } from '@plugboard/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createDefinitionRefresh } from './definition-refresh.ts';

const change = readEnvelope(
  Buffer.from('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'),
);
const other = readEnvelope(
  Buffer.from('{"jsonrpc":"2.0","method":"notifications/message","params":{}}'),
);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is only handed on
const upstream = {} as Upstream;

describe('createDefinitionRefresh', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs once for a burst, when the delay is over', async () => {
    const run = vi.fn<(of: Upstream) => Promise<void>>(async () => undefined);
    const refresh = createDefinitionRefresh(50, run);
    for (let n = 0; n < 100; n += 1) refresh.hear(change, upstream);
    refresh.hear(other, upstream);
    await vi.advanceTimersByTimeAsync(49);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run.mock.calls).toEqual([[upstream]]);
  });

  it('runs again for what came while it ran, never twice at once', async () => {
    const gate = Promise.withResolvers<void>();
    const run = vi.fn<(of: Upstream) => Promise<void>>(() => gate.promise);
    const refresh = createDefinitionRefresh(50, run);
    refresh.hear(change, upstream);
    await vi.advanceTimersByTimeAsync(50);
    for (let n = 0; n < 100; n += 1) refresh.hear(change, upstream);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).toHaveBeenCalledTimes(1);
    gate.resolve();
    await vi.advanceTimersByTimeAsync(499);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('does nothing more once it is disposed', async () => {
    const run = vi.fn<(of: Upstream) => Promise<void>>(async () => undefined);
    const refresh = createDefinitionRefresh(50, run);
    refresh.hear(change, upstream);
    refresh[Symbol.dispose]();
    refresh.hear(change, upstream);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).not.toHaveBeenCalled();
  });
});
