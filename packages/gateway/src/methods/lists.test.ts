import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { parseEndpoint } from '../endpoint.ts';
import type { OfferedInstance } from '../ports.ts';
import { buildGrant, buildInstance, buildOffering } from '../testing/build.ts';
import { buildToolset, type Toolset } from '../toolset/toolset.ts';
import { type ListClient, listResult, pageSize } from './lists.ts';

const now = 1_000_000;
const apps = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html'] } } };
const legacy: ListClient = { era: 'legacy', capabilities: {} };
const legacyHost: ListClient = { era: 'legacy', capabilities: apps };
const modern: ListClient = { era: 'modern', capabilities: {} };
const modernHost: ListClient = { era: 'modern', capabilities: apps };

function toolsetOf(
  instances: readonly OfferedInstance[],
  path = '/mcp',
  grant: Parameters<typeof buildGrant>[0] = {},
): Toolset {
  return buildToolset({ grants: [buildGrant(grant)], instances }, parseEndpoint(path)!, now);
}

interface Page {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string;
  readonly cacheScope?: string;
}

function list(
  toolset: Toolset,
  client: ListClient,
  params = {},
  method = 'tools/list',
): Page | undefined {
  const parts = listResult(toolset, method, params, client, now);
  return parts && JSON.parse(Buffer.concat(parts).toString());
}

function names(toolset: Toolset, client: ListClient): string[] {
  return list(toolset, client)!.tools.map(({ name }) => name);
}

const tool = (name: string, fields: object) =>
  buildOffering(name, { definition: JSON.stringify({ name, ...fields }) });
const schema = (header: unknown) => ({
  inputSchema: {
    type: 'object',
    properties: { a: { type: 'string', 'x-mcp-header': header } },
  },
});

describe('listResult', () => {
  const instance = buildInstance('docs', [
    tool('first', { title: 'visibility and x-mcp-header are only words here' }),
    tool('app', { _meta: { ui: { resourceUri: 'ui://page', visibility: ['app'] } } }),
    tool('both', { _meta: { ui: { visibility: ['app', 'model'] } } }),
    tool('bad', schema('a b')),
    tool('good', schema('A')),
  ]);
  const transparent = toolsetOf([instance], '/mcp/starter/docs');

  it('is not there for methods that list nothing', () => {
    for (const method of ['tools/call', 'constructor', 'tasks/list']) {
      expect(listResult(transparent, method, {}, legacy, now)).toBeUndefined();
    }
  });

  it('shows each client the tools that it can use', () => {
    expect(names(transparent, legacy)).toEqual(['first', 'both', 'bad', 'good']);
    expect(names(transparent, legacyHost)).toEqual(['first', 'app', 'both', 'bad', 'good']);
    expect(names(transparent, modern)).toEqual(['first', 'both', 'good']);
    expect(names(transparent, modernHost)).toEqual(['first', 'app', 'both', 'good']);
  });

  it('keeps what it hides callable', () => {
    expect([...transparent.entries.tool.keys()]).toContain('app');
  });

  it('gives no one a tool of a modern remote server that HTTP cannot call', () => {
    const remote = { ...instance, era: 'modern', isRemote: true } as const;
    const toolset = toolsetOf([remote], '/mcp/starter/docs');
    expect(names(toolset, legacyHost)).toEqual(['first', 'app', 'both', 'good']);
    expect(toolset.entries.tool.has('bad')).toBe(false);
  });

  it('tells modern clients how long it holds, never beyond a grant', () => {
    expect(list(transparent, modern)).toMatchObject({
      resultType: 'complete',
      ttlMs: 60_000,
      cacheScope: 'private',
    });
    const ending = toolsetOf([instance], '/mcp', { expiresAt: now + 1_500 });
    expect(list(ending, modern)).toMatchObject({ ttlMs: 1_500 });
    expect(list(ending, modern, {}, 'prompts/list')).toEqual({
      resultType: 'complete',
      ttlMs: 1_500,
      cacheScope: 'private',
      prompts: [],
    });
    expect(list(transparent, legacy, {}, 'prompts/list')).toEqual({ prompts: [] });
  });

  it('has for modern clients only what the server of a transparent endpoint announced', () => {
    expect(list(transparent, modern, {}, 'prompts/list')).toBeUndefined();
    expect(list(transparent, modern, {}, 'resources/templates/list')).toBeUndefined();
    const unknown = buildInstance('new', [], { hello: undefined });
    expect(
      list(toolsetOf([unknown], '/mcp/starter/new'), modern, {}, 'prompts/list'),
    ).toBeDefined();
    const odd = buildInstance('odd', [], { hello: Buffer.from('{"Capabilities":1}') });
    expect(list(toolsetOf([odd], '/mcp/starter/odd'), modern)).toBeUndefined();
  });

  it('is the text of the toolset itself for legacy clients, not a copy', () => {
    const plain = toolsetOf([buildInstance('a', [buildOffering('b')])]);
    expect(listResult(plain, 'tools/list', {}, legacy, now)).toEqual([plain.lists.tool]);
    expect(listResult(plain, 'tools/list', {}, legacy, now)?.[0]).toBe(plain.lists.tool);
  });
});

describe('a long list', () => {
  const count = 2 * pageSize + 1;
  const offerings = (total: number) =>
    Array.from({ length: total }, (_, index) =>
      index === 3
        ? tool('t3', { _meta: { ui: { visibility: ['app'] } } })
        : buildOffering(`t${index}`),
    );
  const big = buildInstance('big', offerings(count));
  const toolset = toolsetOf([big], '/mcp/starter/big');

  const pages = (client: ListClient): Page[] => {
    const found: Page[] = [];
    let cursor: string | undefined;
    do {
      const page = list(toolset, client, cursor === undefined ? {} : { cursor })!;
      found.push(page);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  };

  it('comes in pages that together are the list', () => {
    for (const [client, total] of [
      [legacyHost, count],
      [legacy, count - 1],
      [modernHost, count],
    ] as const) {
      const all = pages(client);
      const found = all.flatMap(({ tools }) => tools.map(({ name }) => name));
      expect(found).toHaveLength(total);
      expect(new Set(found).size).toBe(total);
      expect(all[0]!.tools).toHaveLength(pageSize);
    }
    expect(new Set(pages(modernHost).map(({ cacheScope }) => cacheScope))).toEqual(
      new Set(['private']),
    );
  });

  it('has the same cursors wherever it is asked', () => {
    const again = toolsetOf([buildInstance('big', offerings(count))], '/mcp/starter/big');
    const { nextCursor } = list(again, legacy)!;
    expect(list(toolset, legacy, { cursor: nextCursor })).toEqual(pages(legacy)[1]);
  });

  it('refuses cursors of another list, another state of it, or of nobody’s making', () => {
    const { nextCursor } = list(toolset, legacy)!;
    const changed = toolsetOf([buildInstance('big', offerings(count + 1))], '/mcp/starter/big');
    const short = toolsetOf([buildInstance('big', offerings(5))], '/mcp/starter/big');
    const forged = Buffer.from(
      Buffer.from(nextCursor!, 'base64url').toString().replace(/^1000/, '1'),
    ).toString('base64url');
    const attempts: (() => unknown)[] = [
      () => list(changed, legacy, { cursor: nextCursor }),
      () => list(short, legacy, { cursor: nextCursor }),
      () => list(toolset, legacyHost, { cursor: nextCursor }),
      () => list(toolset, legacy, { cursor: nextCursor }, 'prompts/list'),
      ...[forged, `${nextCursor}=`, '', 'x', 5, null, {}].map(
        (cursor) => () => list(toolset, legacy, { cursor }),
      ),
    ];
    for (const attempt of attempts) {
      expect(attempt).toThrow('Ask without one');
      try {
        attempt();
      } catch (error) {
        expect(isAppError(error, 'invalid_input')).toBe(true);
      }
    }
  });
});
