import { AppError } from '@plugboard/contracts';
import type { LiveEvent } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import type { Actor } from '../members/policy.ts';
import { LiveStream, type LiveStreamOptions } from './live-stream.ts';

const actor: Actor = { organizationId: 'org', memberId: 'me', role: 'auditor' };
const hello: LiveEvent = { type: 'hello', nodeStartedAt: '2030-01-01T00:00:00Z', version: '1' };
const change: LiveEvent = { type: 'change', about: 'access' };

function open(overrides: Partial<LiveStreamOptions> = {}) {
  const ends: string[] = [];
  const stream = new LiveStream({
    actor,
    again: () => Promise.resolve(actor),
    signal: new AbortController().signal,
    checkMs: 60_000,
    onEnd: () => ends.push('ended'),
    ...overrides,
  });
  stream.open();
  return { stream, ends };
}

describe('a stream of events', () => {
  it('begins with its first event, whatever happened before', async () => {
    const { stream } = open();
    stream.push(change);
    stream.begin(hello);
    stream.push({ type: 'missed' });
    expect((await stream.next()).value).toEqual(hello);
    expect((await stream.next()).value).toEqual({ type: 'missed' });
    await stream.return();
  });

  it('loses what a slow reader leaves lying, says so, and goes on with what is new', async () => {
    const { stream } = open();
    stream.begin(hello);
    for (let n = 0; n < 10_000; n += 1) stream.push(change);
    stream.push({ type: 'change', about: 'keys' });
    const read: LiveEvent[] = [];
    for await (const event of stream) {
      read.push(event);
      if (event.type === 'change' && event.about === 'keys') break;
    }
    expect(read.length).toBeLessThanOrEqual(257);
    expect(read[0]).toEqual({ type: 'missed' });
  });

  it('ends with why its reader may read it no more', async () => {
    const again = () => Promise.reject(new AppError('unauthenticated', 'The session has ended.'));
    const { stream, ends } = open({ again, checkMs: 1 });
    stream.begin(hello);
    await expect(
      (async () => {
        for await (const _event of stream);
      })(),
    ).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(ends).toEqual(['ended']);
    stream.push(change);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it.each([
    ['another organization', { organizationId: 'other' }],
    ['another member', { memberId: 'other' }],
  ])('ends when its request speaks for %s', async (_name, other) => {
    const { stream } = open({ again: () => Promise.resolve({ ...actor, ...other }), checkMs: 1 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('knows its reader by the role of now', async () => {
    const { stream } = open({ again: () => Promise.resolve({ ...actor, role: 'member' }) });
    stream.check();
    await expect.poll(() => stream.actor.role).toBe('member');
    await stream.return();
  });

  it('ends with its request, also where nobody ever read it', async () => {
    const request = new AbortController();
    const { ends } = open({ signal: request.signal });
    request.abort();
    expect(ends).toEqual(['ended']);
    expect(open({ signal: AbortSignal.abort() }).ends).toEqual(['ended']);
  });
});
