import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('asking'), slug: 'asking' });
  await plugboard.add({ server: packageOf('modern'), slug: 'modern' });
});

const identity = { name: 'test-client', version: '1.0.0' };
const capabilities = { elicitation: {}, sampling: {}, roots: {} };
const model = {
  model: 'test',
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'Because.' },
};
const roots = { roots: [{ uri: 'file:///home/ada', name: 'Ada' }] };

/** What the person behind a client was asked, and says: the same name every time. */
interface Person {
  readonly name: string;
  readonly questions: string[];
}

/** One client of either SDK and era, as the tests use it. */
interface TestClient extends AsyncDisposable {
  tools(): Promise<string[]>;
  /** Calls a tool and gives the text of its answer. */
  call(name: string, args?: Record<string, unknown>): Promise<string>;
  read(uri: string): Promise<unknown>;
  resources(): Promise<string[]>;
  prompt(name: string, who: string): Promise<string>;
  complete(prompt: string, value: string): Promise<string[]>;
  /** Progress of a tool, as it was told. */
  progress(name: string, args: Record<string, unknown>): Promise<number[]>;
  /** Hears of updates until the test ends. */
  subscribe(uri: string, onUpdated: (uri: string) => void): Promise<void>;
  instructions(): string | undefined;
}

function authorization(token: string) {
  return { requestInit: { headers: { Authorization: `Bearer ${token}` } } };
}

const textOf = (result: { readonly [key: string]: unknown }): string => {
  const { content } = result;
  const [first] = Array.isArray(content) ? content : [];
  return String(first?.text);
};

async function sdkV1(at: string, token: string, person?: Person): Promise<TestClient> {
  const client = new ClientV1(identity, person ? { capabilities } : {});
  if (person) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      person.questions.push(params.message);
      return { action: 'accept', content: { name: person.name } };
    });
    client.setRequestHandler(CreateMessageRequestSchema, () => model);
    client.setRequestHandler(ListRootsRequestSchema, () => roots);
  }
  await client.connect(new HttpV1(new URL(at), authorization(token)));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
    read: async (uri) => (await client.readResource({ uri })).contents[0],
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompt: async (name, who) =>
      JSON.stringify((await client.getPrompt({ name, arguments: { who } })).messages),
    async complete(name, value) {
      const ref = { type: 'ref/prompt' as const, name };
      return (await client.complete({ ref, argument: { name: 'who', value } })).completion.values;
    },
    async progress(name, args) {
      const heard: number[] = [];
      const onprogress = ({ progress }: { progress: number }) => void heard.push(progress);
      await client.callTool({ name, arguments: args }, undefined, { onprogress });
      return heard;
    },
    async subscribe(uri, onUpdated) {
      client.fallbackNotificationHandler = async ({ method, params }) => {
        if (method === 'notifications/resources/updated') onUpdated(String(params?.['uri']));
      };
      await client.subscribeResource({ uri });
    },
    instructions: () => client.getInstructions(),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** `mode` is the SDK's own way to choose the era. */
function sdkV2(mode: 'legacy' | 'modern') {
  return async (at: string, token: string, person?: Person): Promise<TestClient> => {
    const client = new ClientV2(identity, {
      ...(person && { capabilities }),
      versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
    });
    if (person) {
      client.setRequestHandler('elicitation/create', ({ params }) => {
        person.questions.push(params.message);
        return { action: 'accept', content: { name: person.name } };
      });
      client.setRequestHandler('sampling/createMessage', () => model);
      client.setRequestHandler('roots/list', () => roots);
    }
    await client.connect(new HttpV2(new URL(at), authorization(token)));
    const ended: (() => Promise<unknown>)[] = [];
    return {
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
      read: async (uri) => (await client.readResource({ uri })).contents[0],
      resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
      prompt: async (name, who) =>
        JSON.stringify((await client.getPrompt({ name, arguments: { who } })).messages),
      async complete(name, value) {
        const ref = { type: 'ref/prompt' as const, name };
        return (await client.complete({ ref, argument: { name: 'who', value } })).completion.values;
      },
      async progress(name, args) {
        const heard: number[] = [];
        const onprogress = ({ progress }: { progress: number }) => void heard.push(progress);
        await client.callTool({ name, arguments: args }, { onprogress });
        return heard;
      },
      async subscribe(uri, onUpdated) {
        client.fallbackNotificationHandler = async ({ method, params }) => {
          if (method === 'notifications/resources/updated') onUpdated(String(params?.['uri']));
        };
        if (mode === 'legacy') {
          await client.subscribeResource({ uri });
        } else {
          const subscription = await client.listen({ resourceSubscriptions: [uri] });
          ended.push(() => subscription.close());
        }
      },
      instructions: () => client.getInstructions(),
      async [Symbol.asyncDispose]() {
        for (const end of ended) await end();
        await client.close();
      },
    };
  };
}

const servers = ['asking', 'modern'] as const;

describe.each([
  ['SDK v1', sdkV1],
  ['SDK v2 in the legacy era', sdkV2('legacy')],
  ['SDK v2 in the modern era', sdkV2('modern')],
] as const)('%s', (_name, connect) => {
  const open = (person?: Person, token = fixture.plugboard.demoToken): Promise<TestClient> =>
    connect(fixture.plugboard.mcpUrl, token, person);

  it('finds servers of both eras behind one endpoint', async () => {
    await using client = await open();
    const tools = await client.tools();
    expect(tools).toEqual(expect.arrayContaining(['asking__ask_name', 'modern__ask_name']));
    expect(await client.resources()).toEqual(
      expect.arrayContaining(['asking+note://watched', 'modern+note://modern']),
    );
    expect(client.instructions()).toContain('Asks before it answers.');
    expect(client.instructions()).toContain('Stands for itself.');
  });

  describe.each(servers)('and the server %s', (server) => {
    it('reads, prompts and completes', async () => {
      await using client = await open();
      const [uri] = (await client.resources()).filter((each) => each.startsWith(`${server}+`));
      expect(await client.read(uri!)).toMatchObject({ uri, text: expect.stringMatching(/^v\d/) });
      expect(await client.prompt(`${server}__greet`, 'Ada')).toContain('Greet Ada');
      expect(await client.complete(`${server}__greet`, 'A')).toEqual(['A-completed']);
    });

    it('has its person asked, as often as the server wants', async () => {
      const person: Person = { name: 'Ada', questions: [] };
      await using client = await open(person);
      expect(await client.call(`${server}__ask_name`, { times: 3 })).toBe(
        'hello Ada and Ada and Ada',
      );
      expect(person.questions).toEqual(['Your name? (1)', 'Your name? (2)', 'Your name? (3)']);
    });

    it('lends its model and tells its roots', async () => {
      await using client = await open({ name: 'Ada', questions: [] });
      expect(JSON.parse(await client.call(`${server}__ask_model`))).toMatchObject(model);
      expect(JSON.parse(await client.call(`${server}__ask_roots`))).toMatchObject(roots);
    });

    it('is asked nothing when it declared nothing', async () => {
      await using client = await open();
      const attempt = client.call(`${server}__ask_name`).catch((error: Error) => error.message);
      expect(await attempt).toMatch(/elicitation|asked/);
    });

    it('hears of a resource that it watches', async () => {
      await using client = await open();
      const updated: string[] = [];
      const [uri] = (await client.resources()).filter((each) => each.startsWith(`${server}+`));
      await client.subscribe(uri!, (each) => updated.push(each));
      await eventually('it was told', async () => {
        await client.call(`${server}__touch`);
        return updated.includes(uri!);
      });
    });
  });

  it('hears how far a server of the other era is', async () => {
    await using client = await open();
    expect(await client.progress('modern__wait', { ms: 100, steps: 2 })).toEqual([1, 2]);
  });

  it('is asked itself and no other, while many ask', async () => {
    await using stack = new AsyncDisposableStack();
    const people = ['Ada', 'Bob', 'Cyd'].map((name): Person => ({ name, questions: [] }));
    const clients: TestClient[] = [];
    for (const person of people) {
      const slug = `${person.name.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}`;
      const token = await fixture.plugboard.agent(slug, { starter: 'execute' });
      clients.push(stack.use(await open(person, token)));
    }
    // From its first question on a server that is shared has a copy for each that can be asked.
    await clients[0]!.call('asking__ask_name');
    const answers = await Promise.all(
      servers.flatMap((server) =>
        clients.map((client) => client.call(`${server}__ask_name`, { times: 2 })),
      ),
    );
    expect(answers).toEqual([
      ...people.map(({ name }) => `hello ${name} and ${name}`),
      ...people.map(({ name }) => `hello ${name} and ${name}`),
    ]);
  });
});
