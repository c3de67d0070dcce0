import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import type { RawClient, RpcMessage } from '../harness/raw-client.ts';
import { StdioServer } from '../harness/stdio-server.ts';

const chromium = '/usr/bin/chromium';

const fixture = plugboardForFile({ starter: true }, async ({ plugboard }) => {
  await Promise.all([
    plugboard.add({ server: 'sequential-thinking' }),
    plugboard.add({
      server: 'dbhub',
      args: ['--transport', 'stdio', '--demo'],
      network: { mode: 'off' },
    }),
    existsSync(chromium) && plugboard.add({ server: 'playwright' }),
  ]);
});

const open = (at = ''): Promise<RawClient> =>
  fixture.plugboard.client(fixture.plugboard.demoToken, at);

/** Where Plugboard installed a package. */
async function installed(name: string): Promise<string> {
  const servers = path.join(fixture.plugboard.dataDir, 'servers');
  const found = await readdir(servers, { recursive: true });
  const folder = found.find((entry) => entry.endsWith(`node_modules/${name}`));
  if (folder === undefined) throw new Error(`${name} is not installed in ${servers}`);
  return path.join(servers, folder);
}

/** The same package, spoken to directly. */
async function direct(
  name: string,
  args: readonly string[] = [],
  env = {},
  hello: object = {},
): Promise<StdioServer> {
  const folder = await installed(name);
  const { bin } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const script = typeof bin === 'string' ? bin : String(Object.values(bin)[0]);
  const server = new StdioServer(process.execPath, [path.join(folder, script), ...args], { env });
  await server.initialize(hello);
  return server;
}

describe('the starter toolbox', () => {
  it('has its servers, and their tools', async () => {
    const { instances } = await fixture.plugboard.api.instances.list({ toolbox: 'starter' });
    expect(instances.map(({ slug }) => slug)).toEqual(
      expect.arrayContaining(['everything', 'filesystem', 'memory']),
    );
    const names = await (await open()).toolNames();
    for (const name of ['everything__echo', 'filesystem__read_text_file', 'memory__read_graph']) {
      expect(names).toContain(name);
    }
  });

  it('offers a call that one can try at once', async () => {
    const { plugboard } = fixture;
    const answer = await plugboard.cli(
      'call',
      'everything__echo',
      'message=hello',
      '--agent',
      'demo',
      '--json',
    );
    expect(answer.json).toMatchObject({
      outcome: 'ok',
      result: { content: [{ type: 'text', text: expect.stringContaining('hello') }] },
    });
    expect(answer.code).toBe(0);
  });
});

describe('server-everything', () => {
  const at = '/starter/everything';

  it.each([
    ['tools/call', { name: 'echo', arguments: { message: 'é' } }],
    ['tools/call', { name: 'get-sum', arguments: { a: 1, b: 2 } }],
    ['tools/call', { name: 'get-tiny-image', arguments: {} }],
    ['tools/call', { name: 'get-structured-content', arguments: { location: 'Chicago' } }],
    [
      'tools/call',
      { name: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } },
    ],
    ['tools/call', { name: 'get-resource-links', arguments: { count: 2 } }],
    ['tools/call', { name: 'get-sum', arguments: { a: 'no number' } }],
    ['prompts/get', { name: 'simple-prompt' }],
    ['prompts/get', { name: 'args-prompt', arguments: { city: 'Bern', state: 'BE' } }],
    [
      'completion/complete',
      {
        ref: { type: 'ref/prompt', name: 'completable-prompt' },
        argument: { name: 'department', value: 'E' },
      },
    ],
  ] as const)('answers %s with %o as it does directly', async (method, params) => {
    await using server = await direct('@modelcontextprotocol/server-everything');
    const client = await open(at);
    const expected = await server.ask(5, method, params);
    expect((await client.request(method, params, { id: 5 })).rawMessage).toBe(expected);
  });

  it('lists what it lists directly to a client that can be asked', async () => {
    const capabilities = { roots: {}, sampling: {}, elicitation: { form: {}, url: {} } };
    const name = '@modelcontextprotocol/server-everything';
    await using server = await direct(name, [], {}, { capabilities });
    const client = await open(at);
    for (const method of [
      'tools/list',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
    ]) {
      const { result } = JSON.parse(await server.ask(5, method));
      const { message } = await client.request(method);
      const [member] = Object.keys(result);
      expect(message.result[member!]).toEqual(result[member!]);
      expect(message.result[member!].length).toBeGreaterThan(0);
    }
  });

  it('reads listed and templated resources, also on the endpoint of all', async () => {
    const client = await open();
    const { message } = await client.request('resources/list');
    const mine = message.result.resources.filter(({ uri }: { uri: string }) =>
      uri.startsWith('everything+'),
    );
    const read = await client.request('resources/read', { uri: mine[0].uri });
    expect(read.message.result.contents).toHaveLength(1);
    const templates = await client.request('resources/templates/list');
    expect(JSON.stringify(templates.message.result)).toContain('everything+');
  });

  it('tells of its progress under the token of the agent', async () => {
    const client = await open();
    const heard: RpcMessage[] = [];
    const name = (await client.toolNames()).find((tool) => /long-running/.test(tool))!;
    await client.request(
      'tools/call',
      { name, arguments: { duration: 1, steps: 2 }, _meta: { progressToken: 'p' } },
      { onMessage: (message) => heard.push(message) },
    );
    const progress = heard.filter(({ method }) => method === 'notifications/progress');
    expect(progress.map(({ params }) => [params.progressToken, params.progress])).toEqual([
      ['p', 1],
      ['p', 2],
    ]);
  });

  it('is told when a call is cancelled', async () => {
    const client = await open();
    const name = (await client.toolNames()).find((tool) => /long-running/.test(tool))!;
    const controller = new AbortController();
    const call = client.request(
      'tools/call',
      { name, arguments: { duration: 60, steps: 60 } },
      { id: 'long', signal: controller.signal },
    );
    await client.notify('notifications/cancelled', { requestId: 'long' });
    const { message } = await call;
    expect(message.error ?? message.result).toBeDefined();
  });
});

describe('server-filesystem', () => {
  it('writes and reads in its own folder and nowhere else', async () => {
    const client = await open('/starter/filesystem');
    const allowed = await client.say('list_allowed_directories');
    const folder = allowed.split('\n').at(-1)!.trim();
    const file = path.join(folder, 'note.txt');
    await client.call('write_file', { path: file, content: 'hé\n' });
    expect(await client.say('read_text_file', { path: file })).toBe('hé\n');
    const outside = await client.call('read_text_file', { path: '/etc/hostname' });
    expect(outside.isError).toBe(true);
  });
});

describe('server-memory', () => {
  it('keeps its graph over a restart', async () => {
    const { plugboard } = fixture;
    const client = await open('/starter/memory');
    const entity = { name: 'Plugboard', entityType: 'gateway', observations: ['relays é'] };
    await client.call('create_entities', { entities: [entity] });
    await plugboard.api.instances.restart({ instance: 'memory' });
    const { structuredContent } = await client.call('read_graph');
    expect(structuredContent.entities).toEqual([expect.objectContaining(entity)]);
  });
});

describe('server-sequential-thinking', () => {
  it('thinks', async () => {
    const client = await open();
    const thought = {
      thought: 'first',
      nextThoughtNeeded: false,
      thoughtNumber: 1,
      totalThoughts: 1,
    };
    const answer = await client.say('sequential-thinking__sequentialthinking', thought);
    expect(JSON.parse(answer)).toMatchObject({ thoughtNumber: 1, nextThoughtNeeded: false });
  });
});

describe('dbhub', () => {
  it('queries its demo database', async () => {
    const client = await open();
    const answer = await client.say('dbhub__execute_sql', { sql: 'select 20 + 22 as answer' });
    expect(JSON.parse(answer)).toMatchObject({
      success: true,
      data: { statements: [{ rows: [{ answer: 42 }] }] },
    });
  });
});

describe.skipIf(!existsSync(chromium))('playwright', () => {
  it('opens a page and tells its title', async () => {
    const host = createServer((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<title>A page of our own</title><h1>Hello</h1><button>Press me</button>');
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
      const { port } = host.address() as AddressInfo;
      const client = await open();
      const url = `http://127.0.0.1:${port}/`;
      const page = await client.say('playwright__browser_navigate', { url });
      expect(page).toContain('A page of our own');
      const snapshot = await client.say('playwright__browser_snapshot');
      expect(snapshot).toMatch(/button "Press me"/);
      await client.call('playwright__browser_close');
    } finally {
      host.closeAllConnections();
      host.close();
    }
  });
});

describe('the real servers together', () => {
  it('have every call of this file in an audit log that is whole', async () => {
    const { plugboard } = fixture;
    await eventually('the log is whole', async () => (await plugboard.api.audit.verify()).ok);
    const { entries } = await plugboard.api.audit.list({ kind: 'call.outcome', limit: 1000 });
    const called = new Set(entries.map(({ record }) => record['instance']));
    expect([...called]).toEqual(
      expect.arrayContaining([
        'everything',
        'filesystem',
        'memory',
        'sequential-thinking',
        'dbhub',
      ]),
    );
  });
});
