import { readEnvelope } from '@plugboard/protocol';
import { describe, expect, it } from 'vitest';

import { scriptedUpstream } from '../testing/build.ts';
import { createAttribution } from './attribution.ts';

const message = readEnvelope(
  Buffer.from('{"jsonrpc":"2.0","method":"notifications/message","params":{}}'),
);

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
    attribution
      .enter(upstream, { agentId: 'a', clientKey: 'k', onMessage: () => {} })
      [Symbol.dispose]();
    expect(attribution.deliver(upstream, message)).toBe('a');
    attribution
      .enter(upstream, { agentId: 'b', clientKey: 'k', onMessage: () => {} })
      [Symbol.dispose]();
    expect(attribution.deliver(upstream, message)).toBeUndefined();
  });
});
