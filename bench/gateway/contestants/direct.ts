import { join } from 'node:path';

import type { Contestant, Upstreams } from './contestant.ts';

/** No gateway: the load speaks to the HTTP upstream, or to a child of its own over pipes. */
export function createDirect(upstreams: Upstreams): Contestant {
  const script = join(upstreams.stdioDirectory, upstreams.stdioEntry);
  return {
    name: 'direct',
    pid: () => undefined,
    target: (transport) =>
      transport === 'http'
        ? { kind: 'http', url: upstreams.httpUrl, token: 'unused' }
        : { kind: 'stdio', script },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
