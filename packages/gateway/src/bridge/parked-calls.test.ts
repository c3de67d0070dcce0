import { describe, expect, it } from 'vitest';

import { ScriptedServer } from '../testing/call-harness.ts';
import { createOpenQuestions } from './open-questions.ts';
import { ParkedCall, type Waiter } from './parked-call.ts';
import { createParkedCalls } from './parked-calls.ts';

function park(lifeMs: number) {
  const server = new ScriptedServer(({ ask }) => ask('roots/list'));
  const parked = createParkedCalls(lifeMs);
  const call = new ParkedCall({
    id: 'park',
    agentId: 'agent',
    clientKey: 'key',
    upstream: server.upstream,
    capabilities: { roots: {} },
    canPark: true,
    registry: createOpenQuestions(),
    onParked: (it) => parked.keep(it),
    onOver: (it) => parked.drop(it),
  });
  const waiter: Waiter = {
    signal: new AbortController().signal,
    onMessage: () => {},
    noteAsked: () => {},
    progressToken: undefined,
  };
  const turn = call.wait(waiter);
  call.start({ method: 'tools/call' }, () => ({ [Symbol.dispose]: () => {} }));
  return { server, parked, call, waiter, turn };
}

describe('createParkedCalls', () => {
  it('gives a call up, upstream too, when nobody comes back for it', async () => {
    const { server, parked, turn } = park(30);
    expect(await turn).toMatchObject({ kind: 'input' });
    expect(parked.find('park', 'agent')).toBeDefined();
    await expect.poll(() => server.sent[0]?.signal?.aborted).toBe(true);
    expect(() => parked.find('park', 'agent')).toThrow(/start the call again/);
    expect(server.heard).toMatchObject([{ error: {} }]);
  });

  it('keeps a call that is waited for', async () => {
    const { server, parked, call, waiter, turn } = park(30);
    await turn;
    call.answer(0, new Map());
    const next = call.wait(waiter);
    expect(await next).toMatchObject({ kind: 'input', round: 1 });
    expect(parked.find('park', 'agent')).toBe(call);
    expect(server.sent[0]?.signal?.aborted).toBe(false);
  });

  it('shows a call to its agent alone', async () => {
    const { parked, turn } = park(1000);
    await turn;
    expect(() => parked.find('park', 'another')).toThrow(/start the call again/);
    expect(() => parked.find('other', 'agent')).toThrow(/start the call again/);
  });
});
