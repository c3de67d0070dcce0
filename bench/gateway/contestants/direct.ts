import { join } from 'node:path';

import type { Contestant, Upstreams } from './contestant.ts';
import type { HttpTarget } from '../load/job.ts';

/** No gateway: the load speaks to the HTTP upstream, or to a child of its own over pipes. */
export function createDirect(upstreams: Upstreams): Contestant {
  const script = join(upstreams.stdioDirectory, upstreams.stdioEntry);
  return {
    name: 'direct',
    pid: () => undefined,
    target: (transport) =>
      transport === 'stdio' ? { kind: 'stdio', script } : upstreamTarget(upstreams, transport),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** An HTTP upstream by itself, spoken to in its own era. */
function upstreamTarget(upstreams: Upstreams, transport: 'http' | 'modern'): HttpTarget {
  const [url, era] =
    transport === 'http'
      ? ([upstreams.httpUrl, 'legacy'] as const)
      : ([upstreams.modernUrl, 'modern'] as const);
  return { kind: 'http', url, token: 'unused', era };
}
