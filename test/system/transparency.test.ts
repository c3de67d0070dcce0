import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { makeScratch } from '../harness/scratch.ts';
import { StdioServer } from '../harness/stdio-server.ts';
import { packageOf } from '../registry/registry.ts';
import { stageServer } from '../registry/pack.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
});

/** What the server says without Plugboard in between, and a client of the gateway. */
async function sideBySide(at: string) {
  await using undo = new AsyncDisposableStack();
  const scratch = undo.use(await makeScratch('echo'));
  const script = await stageServer('echo', scratch.path);
  const direct = undo.use(new StdioServer(process.execPath, [script]));
  await direct.initialize();
  const client: RawClient = await fixture.plugboard.client(fixture.plugboard.demoToken, at);
  const owned = undo.move();
  return { direct, client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The text of the outermost array in a message. */
function listText(message: string): string {
  return message.slice(message.indexOf('['), message.lastIndexOf(']') + 1);
}

const requests = [
  ['a tool', 'tools/call', { name: 'echo', arguments: { text: 'hé 😀' } }],
  ['a tool that fails', 'tools/call', { name: 'echo', arguments: { text: 'fail' } }],
  ['a resource', 'resources/read', { uri: 'echo://one?x=%C3%A9' }],
  ['a resource of a template', 'resources/read', { uri: 'echo://some/where?q=1' }],
  ['a prompt', 'prompts/get', { name: 'greet', arguments: { who: 'é' } }],
  [
    'a completion',
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: 'a' } },
  ],
  [
    'a completion of a template',
    'completion/complete',
    {
      ref: { type: 'ref/resource', uri: 'echo://{+path}{?q,r}' },
      argument: { name: 'q', value: '' },
    },
  ],
] as const;

const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const;

describe('the endpoint of one server', () => {
  it.each(requests)('passes the answer of %s byte for byte', async (_what, method, params) => {
    await using both = await sideBySide('/starter/echo');
    const direct = await both.direct.ask(7, method, params);
    const { rawMessage } = await both.client.request(method, params, { id: 7 });
    expect(rawMessage).toBe(direct);
  });

  it.each(lists)('passes %s byte for byte', async (method) => {
    await using both = await sideBySide('/starter/echo');
    const direct = await both.direct.ask(7, method);
    const { rawMessage } = await both.client.request(method, undefined, { id: 7 });
    expect(listText(rawMessage)).toBe(listText(direct));
  });

  it('says hello in the words of the server', async () => {
    await using both = await sideBySide('/starter/echo');
    const direct = JSON.parse(await both.direct.initialize()).result;
    const { message } = await both.client.initialize();
    expect(message.result).toMatchObject({
      serverInfo: direct.serverInfo,
      instructions: direct.instructions,
      'x-hello': direct['x-hello'],
      capabilities: { logging: {}, completions: {}, experimental: { 'x-thing': { n: 1.5 } } },
    });
  });

  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'speaks %s when asked to',
    async (protocolVersion) => {
      await using both = await sideBySide('/starter/echo');
      const { message } = await both.client.initialize({ protocolVersion });
      expect(message.result.protocolVersion).toBe(protocolVersion);
    },
  );

  it('hands over what the agent wrote byte for byte', async () => {
    await using both = await sideBySide('/starter/echo');
    const params = String.raw`{ "arguments" : {"n":1.0,"big":12345678901234567890,"é":"\u00e9\/","deep":[[[{}]]]},"name":"raw params","_meta":{"x":1e2},"unknown":[ ] }`;
    const { message } = await both.client.post(
      `{"id":"a \\u0062","method":"tools/call","jsonrpc":"2.0","params":${params}}`,
    );
    expect(message.id).toBe('a b');
    expect(message.result.content[0].text).toContain(`"params":${params}`);
  });
});

describe('the endpoint of all servers', () => {
  it('changes nothing in an answer', async () => {
    await using both = await sideBySide('');
    const args = { text: 'hé 😀' };
    const direct = await both.direct.ask(7, 'tools/call', { name: 'echo', arguments: args });
    const params = { name: 'echo__echo', arguments: args };
    const { rawMessage } = await both.client.request('tools/call', params, { id: 7 });
    expect(rawMessage).toBe(direct);
  });

  it('changes only names in lists', async () => {
    await using both = await sideBySide('');
    for (const method of lists) {
      const direct = JSON.parse(await both.direct.ask(7, method)).result;
      const { message } = await both.client.request(method);
      const [member] = Object.keys(direct);
      const expected = direct[member!].map((item: Record<string, string>) => {
        if (item['name'] === 'raw params')
          return { ...item, name: expect.stringMatching(/^echo__raw_params_[0-9a-f]{10}$/) };
        const key = item['uriTemplate'] ? 'uriTemplate' : item['uri'] ? 'uri' : 'name';
        return { ...item, [key]: `echo${key === 'name' ? '__' : '+'}${item[key]}` };
      });
      expect(message.result[member!]).toEqual(expected);
    }
  });

  it('gives the server its own names and nothing else changed', async () => {
    await using both = await sideBySide('');
    const names = await both.client.toolNames();
    const name = names.find((candidate) => candidate.startsWith('echo__raw_params'));
    const { message } = await both.client.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"x" : 1.0,"name":"${name}","arguments":{ "n":1.0 }}}`,
    );
    expect(message.result.content[0].text).toContain(
      '"params":{"x" : 1.0,"name":"raw params","arguments":{ "n":1.0 }}',
    );
  });

  it('reads a resource by the URI that it listed', async () => {
    await using both = await sideBySide('');
    const { message } = await both.client.request('resources/list');
    const [{ uri }] = message.result.resources;
    const direct = await both.direct.ask(9, 'resources/read', { uri: 'echo://one?x=%C3%A9' });
    const { rawMessage } = await both.client.request('resources/read', { uri }, { id: 9 });
    expect(rawMessage).toBe(direct.replace('"uri":"', '"uri":"echo+'));
  });
});
