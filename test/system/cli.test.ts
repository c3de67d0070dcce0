import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { plugboardEnvironment } from '../harness/plugboard.ts';
import { entryPoint, nodeFlags } from '../harness/repository.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('ten-tools'), slug: 'ten' });
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
});

const cli = (...args: string[]) => fixture.plugboard.cli(...args);

async function done(...args: string[]) {
  const answer = await cli(...args);
  expect(answer.stderr + answer.stdout).not.toMatch(/\bat .+:\d+:\d+/);
  expect(answer.code, `${args.join(' ')}: ${answer.stderr}`).toBe(0);
  return answer;
}

describe('the command line', () => {
  it('tells how the server is', async () => {
    expect((await done('status')).stdout).toMatch(/state +ready\n[^]*servers +2/);
    expect((await done('status', '--json')).json).toMatchObject({ ready: true });
    expect((await done('doctor')).stdout).toContain('✓ database');
  });

  it('adds, tests, restarts and removes a server', async () => {
    const added = await done('server', 'add', packageOf('ten-tools'), '--name', 'more');
    expect(added.stdout).toContain('more is ready with 10 tools');
    const steps = added.stderr.trim().split('\n');
    expect(steps.length).toBeGreaterThan(1);
    expect((await done('server', 'test', 'more')).stdout).toContain('works: ');
    expect((await done('server', 'restart', 'more')).stdout).toBe('more: ready\n');
    expect((await done('server', 'list')).stdout).toMatch(
      /^SERVER +TOOLBOX[^]*\nmore +starter +ready/,
    );
    expect((await done('logs', 'more', '--tail', '50')).stdout).toMatch(/ready/);
    expect((await done('server', 'remove', 'more')).stdout).toBe('Server more is gone.\n');
    expect(await cli('server', 'restart', 'more')).toMatchObject({ code: 4 });
  });

  it('answers the adding of a server in JSON lines', async () => {
    const { stdout } = await done(
      'server',
      'add',
      packageOf('ten-tools'),
      '--name',
      'json',
      '--json',
    );
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'progress' });
    expect(events.at(-1)).toMatchObject({ type: 'done', instance: { slug: 'json' } });
    await done('server', 'remove', 'json');
  });

  it('makes an agent, grants it one tool, explains, and takes both back', async () => {
    await done('agent', 'create', 'alice', '--name', 'Alice');
    expect((await done('tools', '--agent', 'alice')).stdout).toContain('alice may use nothing');
    expect(await cli('can', 'alice', 'ten__tool_3')).toMatchObject({ code: 4 });

    const grant = ['grant', 'add', 'alice', '--tool', 'ten__tool_3', '--expires', '7d'];
    const made = (await done(...grant, '--json')).json;
    expect(made).toMatchObject({ effect: 'allow', level: 'read', target: { name: 'tool_3' } });
    expect((await done('can', 'alice', 'ten__tool_3')).stdout).toMatch(/allowed/);
    expect((await done('tools', '--agent', 'alice')).stdout).toMatch(/ten__tool_3 +tool +read/);
    expect((await done('call', 'ten__tool_3', 'x=1', '--agent', 'alice')).stdout).toBe(':3:1\n');
    const refused = await cli('call', 'ten__tool_4', '--agent', 'alice', '--json');
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'not_found' } });

    const told = ['call', 'ten__tool_3', 'x=1', '--agent', 'alice', '--json'];
    const { callId, auditSeq } = (await done(...told)).json;
    const ofCall = (await done('audit', 'list', '--call', callId, '--json')).json;
    expect(ofCall.entries[0]).toMatchObject({ seq: auditSeq, agent: { slug: 'alice' } });
    const shown = (await done('audit', 'show', String(auditSeq))).stdout;
    expect(shown).toMatch(/agent +alice\nserver +ten\nmember +/);
    expect((await done('audit', 'list', '--member', 'me', '--text', 'TOOL_3')).stdout).toMatch(
      /call\.outcome +ten tool_3 ok/,
    );
    const none = ['audit', 'list', '--agent', 'alice', '--outcome', 'cancelled'];
    expect((await done(...none)).stdout).toContain('No record matches');
    expect(await cli('audit', 'list', '--member', 'nobody@example.com')).toMatchObject({ code: 2 });

    await done('grant', 'add', 'alice', '--server', 'ten', '--deny');
    expect((await done('grant', 'list', '--agent', 'alice')).stdout).toContain(
      'deny read and more',
    );
    expect((await cli('can', 'alice', 'ten__tool_3')).stdout).toMatch(/den/);
    await done('grant', 'revoke', made.id);
    expect((await done('agent', 'revoke', 'alice')).stdout).toContain('alice is gone');
    expect(await cli('agent', 'token', 'list', 'alice')).toMatchObject({ code: 4 });
  });

  it('suggests the tool that was meant', async () => {
    const { code, stderr } = await cli('grant', 'add', 'demo', '--tool', 'ten__tool_33');
    expect(code).toBe(4);
    expect(stderr).toContain('did you mean ten__tool_3?');
  });

  it('makes tokens that open a session, until they are revoked', async () => {
    await done('agent', 'create', 'bob');
    await done('grant', 'add', 'bob', '--toolbox', 'starter');
    const { stdout } = await done('agent', 'token', 'create', 'bob', '--expires', '1h');
    const client = await fixture.plugboard.client(stdout.trim());
    expect(await client.toolNames()).toContain('ten__tool_0');
    const { tokens } = (await done('agent', 'token', 'list', 'bob', '--json')).json;
    await done('agent', 'token', 'revoke', 'bob', tokens[0].id);
    await expect(fixture.plugboard.client(stdout.trim())).rejects.toThrow();
  });

  it('sets the level that a tool needs, and resets it', async () => {
    await done('server', 'level', 'ten', 'tool_1', 'admin');
    expect((await done('server', 'tools', 'ten')).stdout).toMatch(/ten__tool_1 +admin \(set\)/);
    await done('server', 'level', 'ten', 'tool_1');
    expect((await done('server', 'tools', 'ten')).stdout).toMatch(/ten__tool_1 +read/);
  });

  it('keeps toolboxes', async () => {
    await done('toolbox', 'add', 'extra', '--env', 'staging');
    expect((await done('toolbox', 'list')).stdout).toMatch(/extra +staging +0/);
    await done('toolbox', 'remove', 'extra');
  });

  it('writes the configuration of a client with a token of its own', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'home-'));
    const { plugboard } = fixture;
    const env = plugboardEnvironment(plugboard.dataDir, { HOME: home });
    await run(['connect', 'cursor', '--write', '--agent', 'demo'], env);
    const config = JSON.parse(await readFile(path.join(home, '.cursor/mcp.json'), 'utf8'));
    const { url, headers } = config.mcpServers.plugboard;
    expect(url).toBe(plugboard.mcpUrl);
    const token = headers.Authorization.replace('Bearer ', '');
    expect(token).not.toBe(plugboard.demoToken);
    expect(await (await plugboard.client(token)).toolNames()).toContain('ten__tool_0');
    await rm(home, { recursive: true });
  });
});

describe('connect --stdio', () => {
  const hello = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };

  function start() {
    const { plugboard } = fixture;
    const env = plugboardEnvironment(plugboard.dataDir);
    const child = spawn(process.execPath, [...nodeFlags, entryPoint, 'connect', '--stdio'], {
      env,
    });
    // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
    const messages: any[] = [];
    createInterface(child.stdout).on('line', (line) => messages.push(JSON.parse(line)));
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    let last = 0;
    return {
      messages,
      ended,
      end: () => child.stdin.end(),
      tell: (method: string, params: object = {}) =>
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method, params })}\n`),
      ask: async (method: string, params: object = {}) => {
        const id = (last += 1);
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
        return eventually(`${method} was answered`, () => messages.find((each) => each.id === id));
      },
    };
  }

  it('bridges calls and notifications, across a restart of Plugboard', async () => {
    const { plugboard } = fixture;
    const bridge = start();
    expect((await bridge.ask('initialize', hello)).result.protocolVersion).toBe('2025-06-18');
    bridge.tell('notifications/initialized');
    const say = async () =>
      (await bridge.ask('tools/call', { name: 'ten__tool_2', arguments: { x: 4 } })).result;
    expect((await say()).content[0].text).toBe(':2:4');

    await plugboard.stop();
    await plugboard.start();
    expect((await say()).content[0].text).toBe(':2:4');

    await plugboard.add({ server: packageOf('ten-tools'), slug: 'late' });
    await eventually('it heard of the change', () =>
      bridge.messages.some(({ method }) => method === 'notifications/tools/list_changed'),
    );
    bridge.end();
    expect(await bridge.ended).toBe(0);
  });

  it('answers what is under way when stdin ends', async () => {
    const bridge = start();
    await bridge.ask('initialize', hello);
    bridge.tell('notifications/initialized');
    const answer = bridge.ask('tools/call', { name: 'slow__wait', arguments: { ms: 500 } });
    bridge.end();
    expect((await answer).result.content[0].text).toContain('waited');
    expect(await bridge.ended).toBe(0);
  });
});

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [...nodeFlags, entryPoint, ...args], {
    env,
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
  });
  expect(code).toBe(0);
}
