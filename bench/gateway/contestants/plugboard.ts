import { join } from 'node:path';

import { parseToken } from '@plugboard/vault';

import { commitMeter } from '../measure/commit.ts';
import { startPlugboard } from '../plugboard/plugboard-process.ts';
import { publishStdioServer } from '../plugboard/publish.ts';
import type { Contestant, Upstreams } from './contestant.ts';

/**
 * Plugboard as a person runs it, under clients of one era: token, decision and durable record at
 * every call. The endpoints of single servers leave names as they are, so that the same load fits
 * all contestants.
 */
export async function startPlugboardContestant(
  name: 'plugboard' | 'plugboard-modern',
  upstreams: Upstreams,
): Promise<Contestant> {
  await using starting = new AsyncDisposableStack();
  const { registry, packageName } = await publishStdioServer(upstreams.stdioDirectory);
  starting.use(registry);
  const dataDir = join(upstreams.stdioDirectory, name);
  const plugboard = starting.use(await startPlugboard(dataDir, registry.url));
  const { api, url, pid } = plugboard;
  await api.addInstance({ server: upstreams.httpUrl, slug: 'http', allowPrivateNetwork: true });
  await api.addInstance({ server: upstreams.modernUrl, slug: 'modern', allowPrivateNetwork: true });
  await api.addInstance({ server: packageName, slug: 'stdio' });
  const token = await api.createAgent('load');
  const commitMs = await commitMeter(dataDir, organizationOf(token));
  const started = starting.move();
  return {
    name,
    pid: () => pid,
    target: (transport) => ({
      kind: 'http',
      url: `${url}/mcp/starter/${transport}`,
      token,
      era: name === 'plugboard' ? 'legacy' : 'modern',
    }),
    commitMs,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** A token begins with its organization's id. */
function organizationOf(token: string): string {
  const parsed = parseToken(token);
  if (!parsed) throw new Error('the API gave out a token that is none');
  return parsed.organizationId;
}
