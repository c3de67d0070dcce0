import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import {
  answerJson,
  initializeResult,
  modernScript,
  type Script,
  startHttpServer,
} from '../testing/http-server.ts';
import { connectStreamableHttp } from './connect-streamable-http.ts';
import { type ListedOffering, type ListLimits, listOfferings } from './list-offerings.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

/** Lists from a server whose pages are given as raw result texts by method and cursor. */
async function list(
  pages: Readonly<Record<string, string>>,
  limits?: ListLimits,
  capabilities: unknown = initializeResult.capabilities,
): Promise<{ readonly found: ListedOffering[]; readonly log: readonly string[] }> {
  const script: Script = (incoming) => {
    const { method, id, params } = incoming.message;
    if (method === 'initialize') {
      answerJson(incoming, { ...initializeResult, capabilities });
      return true;
    }
    if (id === undefined || method === undefined) return false;
    const cursor = params?.['cursor'];
    const page = pages[typeof cursor === 'string' ? `${method} ${cursor}` : method];
    const body = page === undefined ? '"error":{"code":-32601,"message":"no"}' : `"result":${page}`;
    incoming.response.writeHead(200, { 'content-type': 'application/json' });
    incoming.response.end(`{"jsonrpc":"2.0","id":${id},${body}}`);
    return true;
  };
  await using server = await startHttpServer(script);
  await using upstream = await connectStreamableHttp({
    url: server.url,
    dispatcher,
    clientInfo: { name: 'test', version: '1' },
    listen: false,
  });
  const found = await listOfferings(upstream, undefined, limits);
  return { found, log: server.log.filter((entry) => entry.includes('/list')) };
}

const namesOf = (found: readonly ListedOffering[]): string[] =>
  found.map(({ kind, name }) => `${kind} ${name}`);

describe('listOfferings', () => {
  it('pages through every announced list, in order, keeping definitions as they are', async () => {
    const { found, log } = await list({
      'tools/list': '{"tools":[{ "name":"a","x":1e400 },{"name":"b"}],"nextCursor":"2"}',
      'tools/list 2': '{"tools":[{"name":"c"}],"nextCursor":null}',
      'resources/list': '{"resources":[{"uri":"file:///x","name":"x"}]}',
      'resources/templates/list': '{"resourceTemplates":[{"uriTemplate":"file:///{p}"}]}',
    });
    expect(namesOf(found)).toEqual([
      'tool a',
      'tool b',
      'tool c',
      'resource file:///x',
      'resource_template file:///{p}',
    ]);
    expect(found[0]!.definition.toString()).toBe('{ "name":"a","x":1e400 }');
    expect(log).not.toContain('POST prompts/list');
  });

  it('takes a list that the server does not know as empty', async () => {
    expect((await list({ 'resources/list': '{"resources":[{"uri":"u"}]}' })).found).toHaveLength(1);
  });

  it('leaves out definitions that would spoil a list', async () => {
    const { found } = await list({
      'tools/list':
        '{"tools":[{"name":"ok"},{"name":"bad\\q"},{"name":"x","name":"y"},{"title":"nameless"},5,{"name":""}]}',
    });
    expect(namesOf(found)).toEqual(['tool ok']);
  });

  it.each([
    [
      'the same page again',
      {
        'tools/list': '{"tools":[],"nextCursor":"a"}',
        'tools/list a': '{"tools":[],"nextCursor":"a"}',
      },
      'again and again',
    ],
    ['no array', { 'tools/list': '{"tools":{}}' }, 'malformed JSON'],
    ['no list', { 'tools/list': '{}' }, 'without "tools"'],
    [
      'too many',
      { 'tools/list': '{"tools":[{"name":"a"},{"name":"b"},{"name":"c"}]}' },
      'more than fits',
    ],
    ['too much', { 'tools/list': `{"tools":[{"name":"${'x'.repeat(2000)}"}]}` }, 'more than fits'],
    [
      'too many pages',
      {
        'tools/list': '{"tools":[],"nextCursor":"a"}',
        'tools/list a': '{"tools":[],"nextCursor":"b"}',
        'tools/list b': '{"tools":[],"nextCursor":"c"}',
      },
      'without end',
    ],
  ])('refuses %s', async (_, pages, text) => {
    const limits = { maxPages: 3, maxOfferings: 2, maxBytes: 1000 };
    await expect(list(pages, limits)).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining(text),
    });
  });

  it('asks for nothing when nothing is announced', async () => {
    expect(await list({}, undefined, {})).toEqual({ found: [], log: [] });
  });

  it('leaves out tools that a modern server wants used in ways that HTTP has not', async () => {
    const tool = (name: string, region: unknown): unknown => ({
      name,
      inputSchema: { type: 'object', properties: { region } },
    });
    const tools = [
      tool('ok', { type: 'string', 'x-mcp-header': 'Region' }),
      tool('plain', { type: 'array' }),
      tool('array', { type: 'array', 'x-mcp-header': 'Region' }),
      tool('break', { type: 'string', 'x-mcp-header': 'a\r\nb' }),
      { name: 'schemaless' },
    ];
    await using server = await startHttpServer((incoming) => {
      const { method } = incoming.message;
      if (method?.includes('/list') !== true) return modernScript(incoming);
      const found = { tools, resources: [], resourceTemplates: [] };
      answerJson(incoming, { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...found });
      return true;
    });
    await using upstream = await connectStreamableHttp({
      url: server.url,
      dispatcher,
      clientInfo: { name: 'test', version: '1' },
    });
    const unusable: string[] = [];
    const limits = { maxOfferings: 3 };
    const found = await listOfferings(upstream, undefined, limits, (name) => unusable.push(name));
    expect(namesOf(found)).toEqual(['tool ok', 'tool plain', 'tool schemaless']);
    expect(unusable).toEqual(['array', 'break']);
  });
});
