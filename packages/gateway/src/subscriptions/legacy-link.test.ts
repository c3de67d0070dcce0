import { describe, expect, it, vi } from 'vitest';

import { scriptedUpstream } from '../testing/build.ts';
import { LegacyLink } from './legacy-link.ts';

const subscribable = '{"capabilities":{"resources":{"subscribe":true}}}';
const result = '{"jsonrpc":"2.0","id":1,"result":{}}';

describe('a link to a legacy server', () => {
  it('ends when the server has lost the session, so that it is made again', async () => {
    const methods: string[] = [];
    const upstream = scriptedUpstream(({ method }) => {
      methods.push(method);
      return result;
    }, subscribable);
    let hello = { ...upstream.hello };
    const link = new LegacyLink({
      upstream: Object.defineProperty(upstream, 'hello', { get: () => hello }),
      hear: () => {},
      onError: () => {},
      checkEveryMs: 10,
    });
    const ended = vi.fn<() => void>();
    void link.ended.then(ended);
    await link.add({ kind: 'resource', name: 'note://a' });
    await vi.waitFor(() => expect(methods).toContain('ping'));
    expect(ended).not.toHaveBeenCalled();
    hello = { ...hello };
    await vi.waitFor(() => expect(ended).toHaveBeenCalled());
  });
});
