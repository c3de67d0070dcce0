import { join } from 'node:path';

import { startScript } from '../measure/script.ts';
import type { Contestant, Upstreams } from './contestant.ts';

const proxies = join(import.meta.dirname, '..', 'proxies');

/** The least that a gateway in Node can cost: relays without a token, a decision or a record. */
export async function startBare(upstreams: Upstreams): Promise<Contestant> {
  const http = await startScript(join(proxies, 'bare.ts'), [new URL(upstreams.httpUrl).origin]);
  const modern = await startScript(join(proxies, 'bare.ts'), [new URL(upstreams.modernUrl).origin]);
  const script = join(upstreams.stdioDirectory, upstreams.stdioEntry);
  const stdio = await startScript(join(proxies, 'bare-stdio.ts'), [script]);
  const running = { http, modern, stdio };
  return {
    name: 'bare',
    pid: (transport) => running[transport].pid,
    target: (transport) => ({
      kind: 'http',
      url: `http://127.0.0.1:${running[transport].firstLine}/mcp`,
      token: 'unused',
      era: transport === 'modern' ? 'modern' : 'legacy',
    }),
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await modern[Symbol.asyncDispose]();
      await stdio[Symbol.asyncDispose]();
    },
  };
}
