import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { isAppError } from '@plugboard/contracts';
import { fetch, type Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createOutbound, type OutboundOptions } from './outbound.ts';

let server: Server;
let port: number;
let hits = 0;
const agents: Agent[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    hits += 1;
    if (request.url === '/away') {
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    } else if (request.url !== '/silent') response.end('here');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  port = address.port;
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map(async (agent) => agent.destroy()));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function buildAgent(options: Partial<OutboundOptions>, ...addresses: string[]): Agent {
  const agent = createOutbound({
    allowPrivateNetwork: false,
    lookup: async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ...options,
  });
  agents.push(agent);
  return agent;
}

async function failure(url: string, dispatcher: Agent): Promise<unknown> {
  try {
    await fetch(url, { dispatcher });
  } catch (error) {
    return error instanceof Error ? error.cause : error;
  }
  throw new Error(`${url} was reached.`);
}

describe('createOutbound', () => {
  it('refuses plain http and literal private addresses, before any connection', async () => {
    const agent = buildAgent({}, '1.1.1.1');
    const before = hits;
    for (const url of [
      `http://example.test:${port}/`,
      `http://127.0.0.1:${port}/`,
      `https://127.0.0.1:${port}/`,
      `https://2130706433:${port}/`,
      `https://0x7f.1:${port}/`,
      `https://[::1]:${port}/`,
      `https://[::ffff:127.0.0.1]:${port}/`,
      `https://[64:ff9b::7f00:1]:${port}/`,
      `https://0:${port}/`,
      'https://169.254.169.254/',
    ]) {
      expect(isAppError(await failure(url, agent), 'forbidden')).toBe(true);
    }
    expect(hits).toBe(before);
  });

  it('refuses names that resolve to private addresses alone, and does not tell them', async () => {
    for (const address of [
      '127.0.0.1',
      '10.9.8.7',
      'fd00::1',
      '169.254.169.254',
      '::ffff:127.0.0.1',
    ]) {
      const error = await failure(`https://inner.test:${port}/`, buildAgent({}, address));
      expect(error).toMatchObject({ code: 'forbidden' });
      expect(String(error)).not.toContain(address);
    }
  });

  it('connects only to the allowed ones of several addresses', async () => {
    const agent = buildAgent({ allowPrivateNetwork: true }, '169.254.169.254', '127.0.0.1');
    const answer = await fetch(`http://mixed.test:${port}/`, { dispatcher: agent });
    expect(await answer.text()).toBe('here');
  });

  it('resolves anew for each connection, so that rebinding does not pass', async () => {
    let calls = 0;
    const lookup = async (): Promise<{ address: string; family: number }[]> => {
      calls += 1;
      return [{ address: calls === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    const agent = buildAgent({ allowPrivateNetwork: true, lookup });
    const first = await fetch(`http://rebind.test:${port}/`, { dispatcher: agent });
    await first.text();
    const disconnected = once(agent, 'disconnect');
    server.closeAllConnections();
    await disconnected;
    expect(await failure(`http://rebind.test:${port}/`, agent)).toMatchObject({
      code: 'forbidden',
    });
    expect(calls).toBe(2);
  });

  it('checks where a redirect leads', async () => {
    const agent = buildAgent({ allowPrivateNetwork: true }, '127.0.0.1');
    expect(await failure(`http://here.test:${port}/away`, agent)).toMatchObject({
      code: 'forbidden',
    });
  });

  it('never speaks to metadata services, even where private networks are allowed', async () => {
    const agent = buildAgent({ allowPrivateNetwork: true });
    for (const host of ['169.254.169.254', '100.100.100.200', '[fd00:ec2::254]', '168.63.129.16']) {
      expect(await failure(`http://${host}/`, agent)).toMatchObject({ code: 'forbidden' });
    }
  });

  it('gives up on a server that does not answer, and on a name without addresses', async () => {
    const agent = buildAgent({ allowPrivateNetwork: true, headersTimeoutMs: 100 }, '127.0.0.1');
    expect(await failure(`http://slow.test:${port}/silent`, agent)).toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
    expect(await failure('https://nowhere.test/', buildAgent({}))).toMatchObject({
      code: 'upstream_failed',
    });
  });
});
