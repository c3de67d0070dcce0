import { readEnvelope } from '@plugboard/protocol';
import { describe, expect, it } from 'vitest';

import { scriptedUpstream } from '../testing/build.ts';
import { createAttribution } from './attribution.ts';

const message = readEnvelope(
  Buffer.from('{"jsonrpc":"2.0","method":"notifications/message","params":{}}'),
);

const call = (agentId: string) => ({ agentId, clientKey: 'k', onMessage: () => {} });

describe('attribution', () => {
  it('gives a message to the one call under way', () => {
    const attribution = createAttribution();
    const upstream = scriptedUpstream(() => '');
    const heard: string[] = [];
    using _call = attribution.enter(upstream, {
      agentId: 'a',
      clientKey: 'k',
      onMessage: () => heard.push('a'),
    });
    expect(attribution.deliver(upstream, message)).toBeUndefined();
    expect(heard).toEqual(['a']);
  });

  it('gives nothing to anyone while two agents have calls under way', () => {
    const attribution = createAttribution();
    const upstream = scriptedUpstream(() => '');
    const heard: string[] = [];
    const onMessage = () => heard.push('somebody');
    using _one = attribution.enter(upstream, { agentId: 'a', clientKey: 'k', onMessage });
    using _two = attribution.enter(upstream, { agentId: 'b', clientKey: 'k', onMessage });
    expect(attribution.deliver(upstream, message)).toBeUndefined();
    expect(heard).toEqual([]);
  });

  it('names the agent whose calls are all that is under way', () => {
    const attribution = createAttribution();
    const upstream = scriptedUpstream(() => '');
    using _one = attribution.enter(upstream, { agentId: 'a', clientKey: 'k', onMessage: () => {} });
    using _two = attribution.enter(upstream, { agentId: 'a', clientKey: 'k', onMessage: () => {} });
    expect(attribution.deliver(upstream, message)).toBe('a');
  });

  it('with nothing under way names an agent only if no other ever used the connection', () => {
    const attribution = createAttribution();
    const upstream = scriptedUpstream(() => '');
    expect(attribution.deliver(upstream, message)).toBeUndefined();
    const a = attribution.enter(upstream, call('a'));
    a[Symbol.dispose]();
    expect(attribution.deliver(upstream, message)).toBe('a');
    const b = attribution.enter(upstream, call('b'));
    b[Symbol.dispose]();
    expect(attribution.deliver(upstream, message)).toBeUndefined();
  });

  it('says whose a request can be: the latest call that somebody waits for', () => {
    const attribution = createAttribution();
    const upstream = scriptedUpstream(() => '');
    expect(attribution.ownerOf(upstream)).toEqual({ kind: 'nobody' });
    const first = call('a');
    const parked = { ...call('a'), isParked: () => true };
    using _one = attribution.enter(upstream, first);
    using _two = attribution.enter(upstream, parked);
    expect(attribution.ownerOf(upstream)).toEqual({ kind: 'client', call: first });
    using _other = attribution.enter(upstream, { ...call('a'), clientKey: 'other' });
    expect(attribution.ownerOf(upstream)).toEqual({ kind: 'several' });
  });

  it('tells of the next call once', () => {
    const attribution = createAttribution();
    const upstream = scriptedUpstream(() => '');
    const heard: string[] = [];
    attribution.onNextCall(upstream, ({ agentId }) => heard.push(agentId));
    attribution.onNextCall(upstream, () => heard.push('stopped'))[Symbol.dispose]();
    using _one = attribution.enter(upstream, call('a'));
    using _two = attribution.enter(upstream, call('b'));
    expect(heard).toEqual(['a']);
  });
});
