import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { parseEndpoint } from '../endpoint.ts';
import type { OfferedInstance } from '../ports.ts';
import { buildGrant, buildInstance } from '../testing/build.ts';
import { buildToolset } from '../toolset/toolset.ts';
import { discoverResult, initializeResult } from './initialize.ts';

const info = { name: 'plugboard', title: 'Plugboard', version: '1' };
const neverStart = (): Promise<Buffer> => Promise.reject(new Error('started'));

const at = (path: string, instances: readonly OfferedInstance[]) =>
  buildToolset({ grants: [buildGrant()], instances }, parseEndpoint(path)!, 0);
const hello = (fields: object): { hello: Buffer } => ({
  hello: Buffer.from(JSON.stringify({ protocolVersion: '2025-11-25', ...fields })),
});
const declares = (extensions: object, instructions?: string) =>
  hello({ capabilities: { extensions }, instructions });
const ui = 'io.modelcontextprotocol/ui';
const tasks = 'io.modelcontextprotocol/tasks';

describe('hellos of an endpoint that aggregates', () => {
  const toolset = at('/mcp', [
    buildInstance('a', [], declares({ [ui]: { x: 1 }, [tasks]: {}, other: {} }, 'Be kind.')),
    buildInstance('b', [], declares({ [ui]: { x: 2 }, [tasks]: {} })),
    buildInstance('c', [], { hello: undefined }),
  ]);
  const capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    completions: {},
    logging: {},
  };

  it('declare what can be routed to the servers, and no more', async () => {
    const initialize: unknown = JSON.parse(
      (await initializeResult(toolset, '2025-06-18', info, neverStart)).toString(),
    );
    expect(initialize).toEqual({
      protocolVersion: '2025-06-18',
      capabilities: { ...capabilities, extensions: { [ui]: {} } },
      serverInfo: info,
      instructions: expect.stringContaining('## a\n\nBe kind.'),
    });
    const discover: unknown = JSON.parse(
      (await discoverResult(toolset, info, neverStart)).toString(),
    );
    expect(discover).toEqual({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { ...capabilities, extensions: { [ui]: {}, [tasks]: {} } },
      instructions: expect.stringContaining('Servers: a, b, c.'),
      ttlMs: 60_000,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': info },
    });
  });

  it('declare no extension that no server has', async () => {
    const plain = at('/mcp', [buildInstance('a', [])]);
    const { capabilities: declared }: { capabilities: object } = JSON.parse(
      (await initializeResult(plain, '2025-06-18', info, neverStart)).toString(),
    );
    expect(declared).toEqual(capabilities);
  });
});

describe('hellos of a transparent endpoint', () => {
  it('start a server that was never started', async () => {
    const toolset = at('/mcp/starter/a', [buildInstance('a', [], { hello: undefined })]);
    const start = () => Promise.resolve(Buffer.from('{"supportedVersions":[],"capabilities":{}}'));
    expect((await discoverResult(toolset, info, start)).toString()).toContain('2026-07-28');
    expect((await initializeResult(toolset, 'v', info, start)).toString()).toContain('"v"');
  });

  it('do not say whether there is a server that the agent may not use', async () => {
    for (const path of ['/mcp/starter/none', '/mcp/none']) {
      for (const ask of [
        () => discoverResult(at(path, []), info, neverStart),
        () => initializeResult(at(path, []), 'v', info, neverStart),
      ]) {
        await expect(ask()).rejects.toSatisfy((error) => isAppError(error, 'not_found'));
      }
    }
  });
});
