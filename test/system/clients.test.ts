import { createRequire } from 'node:module';
import path from 'node:path';

import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { plugboardEnvironment } from '../harness/plugboard.ts';
import { entryPoint, nodeFlags, repository } from '../harness/repository.ts';
import { runProgram } from '../harness/run-program.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
  await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
  await plugboard.add({ server: packageOf('changing'), slug: 'changing' });
});

const require = createRequire(import.meta.url);
const identity = { name: 'test-client', version: '1.0.0' };

/** The script of a command that a package brings. */
function binary(packageName: string, command: string): string {
  const manifest = require.resolve(`${packageName}/package.json`, { paths: [repository] });
  const { bin } = require(manifest);
  return path.join(path.dirname(manifest), bin[command]);
}

function authorization() {
  return { Authorization: `Bearer ${fixture.plugboard.demoToken}` };
}

async function v1(): Promise<ClientV1> {
  const client = new ClientV1(identity);
  const transport = new HttpV1(new URL(fixture.plugboard.mcpUrl), {
    requestInit: { headers: authorization() },
  });
  await client.connect(transport);
  return client;
}

async function v2(): Promise<ClientV2> {
  const client = new ClientV2(identity);
  const transport = new HttpV2(new URL(fixture.plugboard.mcpUrl), {
    requestInit: { headers: authorization() },
  });
  await client.connect(transport);
  return client;
}

/** A client of the SDK that starts a bridge and speaks to it by standard streams. */
async function stdio(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ClientV1> {
  const client = new ClientV1(identity);
  const all = Object.entries({ ...plugboardEnvironment(fixture.plugboard.dataDir), ...env });
  const transport = new StdioClientTransport({
    command,
    args,
    env: Object.fromEntries(all.filter((each): each is [string, string] => each[1] !== undefined)),
    stderr: 'ignore',
  });
  await client.connect(transport);
  return client;
}

const bridge = () =>
  stdio(process.execPath, [...nodeFlags, entryPoint, 'connect', '--stdio'], {
    PLUGBOARD_TOKEN: fixture.plugboard.demoToken,
  });

const remote = () =>
  stdio(process.execPath, [
    binary('mcp-remote', 'mcp-remote'),
    fixture.plugboard.mcpUrl,
    '--allow-http',
    '--transport',
    'http-only',
    '--header',
    `Authorization:Bearer ${fixture.plugboard.demoToken}`,
  ]);

describe.each([
  ['the SDK client v1', v1],
  ['the SDK client v2', v2],
  ['plugboard connect --stdio', bridge],
  ['mcp-remote', remote],
] as const)('%s', (_name, connect) => {
  it('lists and uses what Plugboard serves', async () => {
    const client = await connect();
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['slow__wait', 'echo__echo', 'changing__add_tool']),
      );
      const answer = await client.callTool({ name: 'slow__wait', arguments: { label: 'é' } });
      expect(answer.content).toEqual([{ type: 'text', text: 'waited é' }]);
      const { resources } = await client.listResources();
      const [resource] = resources;
      const { contents } = await client.readResource({ uri: resource!.uri });
      expect(contents).toHaveLength(1);
      const { prompts } = await client.listPrompts();
      const prompt = await client.getPrompt({ name: prompts[0]!.name, arguments: { who: 'me' } });
      expect(prompt.messages).toHaveLength(1);
      await client.ping();
      await expect(client.callTool({ name: 'slow__nothing' })).rejects.toThrow(/Unknown tool/);
    } finally {
      await client.close();
    }
  });

  it('hears of progress', async () => {
    const client = await connect();
    try {
      const heard: number[] = [];
      const params = { name: 'slow__wait', arguments: { ms: 200, steps: 2 } };
      const onprogress = ({ progress }: { progress: number }) => void heard.push(progress);
      await (client instanceof ClientV1
        ? client.callTool(params, undefined, { onprogress })
        : client.callTool(params, { onprogress }));
      expect(heard).toEqual([1, 2]);
    } finally {
      await client.close();
    }
  });

  it('hears that a list has changed', async () => {
    const client = await connect();
    try {
      let changes = 0;
      const count = () => void (changes += 1);
      client.fallbackNotificationHandler = async ({ method }: { method: string }) => {
        if (method === 'notifications/tools/list_changed') count();
      };
      const name = `fresh-${crypto.randomUUID().slice(0, 8)}`;
      await client.listTools();
      await client.callTool({ name: 'changing__add_tool', arguments: { name } });
      await eventually('it was told', () => changes > 0);
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toContain(`changing__${name}`);
      await client.callTool({ name: 'changing__remove_tool', arguments: { name } });
    } finally {
      await client.close();
    }
  });
});

describe('mcp-inspector --cli', () => {
  it.each([
    [['--method', 'tools/list'], 'slow__wait'],
    [['--method', 'tools/call', '--tool-name', 'slow__wait', '--tool-arg', 'label=x'], 'waited x'],
    [['--method', 'resources/list'], 'echo+echo://one'],
    [['--method', 'prompts/list'], 'echo__greet'],
  ])('is answered to %j', async (args, expected) => {
    const { plugboard } = fixture;
    const script = binary('@modelcontextprotocol/inspector', 'mcp-inspector');
    const answer = await runProgram(process.execPath, [
      script,
      '--cli',
      plugboard.mcpUrl,
      '--transport',
      'http',
      '--header',
      `Authorization: Bearer ${plugboard.demoToken}`,
      ...args,
    ]);
    expect(answer.stderr).toBe('');
    expect(answer.stdout).toContain(expected);
    expect(answer.code).toBe(0);
  });
});

describe('the stdio bridge', () => {
  it('goes on when Plugboard was restarted', async () => {
    const { plugboard } = fixture;
    const client = await bridge();
    try {
      await client.callTool({ name: 'slow__calls' });
      await plugboard.kill9();
      await plugboard.start();
      const answer = await client.callTool({ name: 'slow__wait', arguments: { label: 'again' } });
      expect(answer.content).toEqual([{ type: 'text', text: 'waited again' }]);
    } finally {
      await client.close();
    }
  });

  it('ends with its client, and says what is wrong with a wrong token', async () => {
    const { plugboard } = fixture;
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: identity },
    };
    const answer = await runProgram(
      process.execPath,
      [...nodeFlags, entryPoint, 'connect', '--stdio'],
      {
        env: { ...plugboardEnvironment(plugboard.dataDir), PLUGBOARD_TOKEN: 'pba_wrong' },
        input: `${JSON.stringify(initialize)}\n`,
      },
    );
    expect(answer.stdout + answer.stderr).toMatch(/not known here|token/);
    expect(answer.stdout + answer.stderr).not.toMatch(/\bat .+:\d+:\d+/);
  });
});
