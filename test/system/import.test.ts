import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findSecrets } from '../harness/find-secrets.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { plugboardEnvironment } from '../harness/plugboard.ts';
import { entryPoint, nodeFlags } from '../harness/repository.ts';
import { type ProgramResult, runProgram } from '../harness/run-program.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packServer } from '../registry/pack.ts';

// Secrets of forms that are known, of names that tell, and that only look random.
const secrets = {
  github: `ghp_${'Ab3'.repeat(12)}`,
  slack: 'xoxb-1111111111-zyxwvutsrq',
  password: 'correct-horse-battery',
  random: 'q7Rz0Kp2Vx9Lm4Tn8Bd1',
  asked: 'asked-for-hunter2-hunter2',
  environment: 'from-the-environment-77',
  argument: `sk-${'Zz9'.repeat(10)}`,
};

let scratch: Awaited<ReturnType<typeof makeScratch>>;
let home: string;
const fixture = plugboardForFile({}, async ({ registry }) => {
  for (const name of ['imported-one', 'imported-two', '@acme/imported']) {
    registry.publish(await packServer('ten-tools', { manifest: { name, version: '1.0.0' } }));
  }
});
beforeAll(async () => {
  scratch = await makeScratch('home');
  home = scratch.path;
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** The command line, in a home folder of its own. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ProgramResult> {
  const { plugboard } = fixture;
  return runProgram(process.execPath, [...nodeFlags, entryPoint, ...args], {
    cwd: home,
    env: plugboardEnvironment(plugboard.dataDir, {
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, '.config'),
      ...env,
    }),
  });
}

async function put(file: string, content: object | string): Promise<string> {
  const target = path.join(home, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, typeof content === 'string' ? content : JSON.stringify(content));
  return target;
}

async function slugs(): Promise<string[]> {
  return (await fixture.plugboard.api.instances.list()).instances.map(({ slug }) => slug);
}

describe('plugboard import', () => {
  it('says so when no client has anything', async () => {
    const { code, stdout } = await run(['import']);
    expect(stdout).toMatch(/No configuration of a known client/);
    expect(code).toBe(0);
  });

  it('shows a plan, does nothing without --yes, and then adds what it showed', async () => {
    await put('.config/Claude/claude_desktop_config.json', {
      mcpServers: {
        One: {
          command: 'npx',
          args: ['-y', 'imported-one@1.0.0', 'hello'],
          env: { GITHUB_TOKEN: secrets.github, MODE: 'fast', DB_PASSWORD: secrets.password },
        },
        off: { command: 'npx', args: ['imported-two'], disabled: true },
        script: { command: '/usr/local/bin/own-server', args: ['--x'] },
        python: { command: 'uvx', args: ['mcp-server-time'] },
        exposed: { command: 'npx', args: ['imported-two', '--api-key', secrets.argument] },
      },
    });
    const plan = await run(['import', 'claude-desktop']);
    expect(plan.code).toBe(2);
    expect(plan.stderr).toMatch(/--yes/);
    for (const words of [
      /\+ add .*one/,
      /secrets to seal: GITHUB_TOKEN, DB_PASSWORD/,
      /MODE=fast/,
      /- off/,
      /x blocked/,
      /the value of --api-key/,
      /Python package/,
    ]) {
      expect(plan.stdout).toMatch(words);
    }
    expect(await slugs()).toEqual([]);

    const done = await run(['import', '--from', 'claude-desktop', '--yes']);
    expect(done.stderr + done.stdout).toMatch(/added one/);
    expect(done.stderr).toMatch(/plugboard connect claude-desktop --write/);
    expect(done.code).toBe(0);
    const one = await fixture.plugboard.api.instances.get({ instance: 'one' });
    expect(one).toMatchObject({ version: '1.0.0', offers: { tools: 10 } });
    expect(one.secretNames.toSorted()).toEqual(['DB_PASSWORD', 'GITHUB_TOKEN']);
    expect(one.launch).toMatchObject({ args: ['hello'], env: { MODE: 'fast' } });
    for (const { stdout, stderr } of [plan, done]) {
      for (const secret of Object.values(secrets)) expect(stdout + stderr).not.toContain(secret);
    }
  });

  it('finds what was imported before, and gives another slug to what only has the name', async () => {
    const again = await run(['import', 'claude-desktop', '--json']);
    expect(again.json.plans[0].servers[0]).toMatchObject({
      action: 'unchanged',
      instance: { slug: 'one' },
    });
    expect(again.code).toBe(0);
    await put('other.json', { mcpServers: { one: { command: 'npx', args: ['imported-two'] } } });
    const { json } = await run(['import', './other.json', '--json']);
    expect(json.plans[0].servers[0]).toMatchObject({
      action: 'add',
      slug: 'one-2',
      conflict: { slug: 'one', by: 'another instance' },
    });
    await put('changed.json', {
      mcpServers: { one: { command: 'npx', args: ['imported-one', 'bye'] } },
    });
    const changed = await run(['import', './changed.json', '--json']);
    expect(changed.json.plans[0].servers[0]).toMatchObject({ action: 'differs' });
  });

  it('takes references from the environment and from --set, and asks for what is missing', async () => {
    await put(
      '.vscode/mcp.json',
      `{
      // comments and commas
      "inputs": [{ "type": "promptString", "id": "slack", "password": true }],
      "servers": {
        "asked": { "command": "npx", "args": ["@acme/imported"], "env": { "A": "\${input:slack}", "B": "\${env:MY_VALUE}" }, },
      },
    }`,
    );
    const missing = await run(['import', 'vscode', '--json']);
    expect(missing.json.plans[0].servers[0]).toMatchObject({
      action: 'incomplete',
      missing: [{ name: 'slack', secret: true }, { name: 'MY_VALUE' }],
    });
    await put('slack.txt', `${secrets.asked}\n`);
    const done = await run(['import', 'vscode', '--set', 'slack=@slack.txt', '--yes', '--json'], {
      MY_VALUE: 'plain',
    });
    expect(done.code, done.stderr + done.stdout).toBe(0);
    const asked = await fixture.plugboard.api.instances.get({ instance: 'asked' });
    expect(asked.secretNames).toEqual(['A']);
    expect(asked.launch).toMatchObject({ env: { B: 'plain' } });
  });

  it('reads Codex and Claude Code with projects, and sends no other part of their files', async () => {
    await put(
      '.codex/config.toml',
      `model = "x"\n[mcp_servers.codex-one]\ncommand = "npx"\nargs = ["imported-two", "c"]\nenv_vars = ["SLACK_BOT_TOKEN"]\n`,
    );
    await put('.claude.json', {
      oauthAccount: { secret: 'not-your-business' },
      history: ['x'.repeat(1_500_000)],
      projects: {
        '/srv/app': {
          history: ['private'],
          mcpServers: {
            'code-one': { type: 'stdio', command: 'npx', args: ['imported-two', 'd'] },
          },
        },
      },
    });
    const done = await run(['import', 'codex', 'claude-code', '--yes', '--json'], {
      SLACK_BOT_TOKEN: secrets.slack,
    });
    expect(done.code, done.stderr + done.stdout).toBe(0);
    expect(done.stdout).not.toContain(secrets.slack);
    expect(await slugs()).toEqual(expect.arrayContaining(['codex-one', 'code-one']));
    const codex = await fixture.plugboard.api.instances.get({ instance: 'codex-one' });
    expect(codex.secretNames).toEqual(['SLACK_BOT_TOKEN']);
  });

  it('goes on after a failure, and takes everything back with --atomic', async () => {
    const file = await put('some.json', {
      mcpServers: {
        'fine-one': { command: 'npx', args: ['imported-two', 'e'], env: { TOKEN: secrets.random } },
        broken: {
          command: 'npx',
          args: ['nobody-published-this'],
          env: { API_KEY: secrets.random },
        },
        'fine-two': { command: 'npx', args: ['imported-two', 'f'] },
      },
    });
    const before = await slugs();
    const atomic = await run(['import', file, '--yes', '--atomic', '--json']);
    expect(atomic.code).toBe(1);
    expect(atomic.stdout).toMatch(/"undone":true/);
    expect(await slugs()).toEqual(before);
    const done = await run(['import', file, '--yes']);
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(/failed broken: .*nobody-published-this/);
    expect(done.stdout).toMatch(/2 added, 1 failed/);
    expect((await slugs()).filter((slug) => !before.includes(slug)).sort()).toEqual([
      'fine-one',
      'fine-two',
    ]);
    expect(atomic.stdout + done.stdout + done.stderr).not.toContain(secrets.random);
  });

  it('runs nothing of what a file says, whatever it says', async () => {
    const marker = path.join(home, 'pwned');
    const evil = `touch ${marker}`;
    const file = await put(
      'evil.json',
      `{"mcpServers": {
      "__proto__": {"command": "sh", "args": ["-c", "${evil}"]},
      "../../etc": {"command": "npx", "args": ["imported-one; ${evil}"]},
      "$(${evil})": {"command": "npx", "args": ["imported-one", "$(${evil})", "; ${evil}"]},
      "npx": {"command": "npx -c '${evil}'"},
      "dir": {"command": "npx", "args": ["../../../tmp"]}
    }}`,
    );
    const { json } = await run(['import', file, '--json']);
    const plan: { action: string; slug?: string }[] = json.plans[0].servers;
    expect(plan.map(({ action }) => action)).toEqual([
      'unsupported',
      'unsupported',
      'add',
      'unsupported',
      'unsupported',
    ]);
    for (const { slug } of plan) if (slug !== undefined) expect(slug).toMatch(/^[a-z][a-z0-9-]*$/);
    const done = await run(['import', file, '--yes']);
    expect(done.stdout).toMatch(/1 added, 0 failed/);
    await expect(readFile(marker)).rejects.toThrow(/ENOENT/);
  });

  it('left no secret in the database, the log, or the data directory', async () => {
    const sealed = [
      secrets.github,
      secrets.slack,
      secrets.password,
      secrets.random,
      secrets.asked,
      secrets.argument,
    ];
    expect(await findSecrets(fixture.plugboard, [...sealed, 'not-your-business'])).toEqual([]);
    // What is no secret is found, so the search does search.
    expect(await findSecrets(fixture.plugboard, ['imported-one'])).not.toEqual([]);
    const kept = await fixture.plugboard.cli('audit', 'list', '--json', '--limit', '1000');
    for (const secret of sealed) expect(kept.stdout).not.toContain(secret);
  });
});

describe('plugboard export', () => {
  const clients = [
    'claude-code',
    'claude-desktop',
    'cursor',
    'vscode',
    'codex',
    'gemini',
    'windsurf',
    'zed',
    'opencode',
  ];

  it.each(clients)(
    'writes servers for %s without Plugboard, as an import reads them',
    async (client) => {
      const { stdout, stderr, code } = await run(['export', client, '--direct', '--server', 'one']);
      expect(code, stderr).toBe(0);
      for (const secret of Object.values(secrets)) expect(stdout + stderr).not.toContain(secret);
      const file = await put(`direct-${client}.${client === 'codex' ? 'toml' : 'json'}`, stdout);
      const { json, stderr: said } = await run(['import', file, '--json', '--from', client]);
      expect(json?.plans[0], said).toMatchObject({
        problems: [],
        servers: [{ name: 'one', runs: 'npm imported-one@1.0.0', env: { MODE: 'fast' } }],
      });
      const [server] = json.plans[0].servers;
      const names = [
        ...server.secretNames,
        ...server.missing.map(({ name }: { name: string }) => name),
      ];
      expect(names.join()).toMatch(/github.token/i);
      expect(names.join()).toMatch(/db.password/i);
    },
  );

  it('writes one entry for each toolbox, or for one server, with a token', async () => {
    const { plugboard } = fixture;
    const token = plugboard.demoToken;
    const all = await run(['export', 'cursor', '--json']);
    expect(all.json.config).toEqual({
      mcpServers: {
        'plugboard-starter': {
          url: `${plugboard.mcpUrl}/starter`,
          headers: { Authorization: `Bearer ${token}` },
        },
      },
    });
    const written = await run(['export', 'vscode', '--server', 'one', '--write']);
    expect(written.code, written.stderr).toBe(0);
    const file = JSON.parse(await readFile(path.join(home, '.config/Code/User/mcp.json'), 'utf8'));
    expect(file.servers.one.url).toBe(`${plugboard.mcpUrl}/starter/one`);
    const again = await run(['import', path.join(home, '.config/Code/User/mcp.json'), '--json']);
    expect(again.json.plans[0].servers[0]).toMatchObject({ action: 'left_out' });
  });

  it('adds to a file what VS Code is to ask for, and keeps the rest', async () => {
    const file = await put(
      '.config/Code/User/mcp.json',
      `{
  // mine
  "inputs": [{ "type": "promptString", "id": "own" }],
  "servers": { "mine": { "command": "x" } }
}
`,
    );
    for (let time = 0; time < 2; time += 1) {
      const { code, stderr } = await run([
        'export',
        'vscode',
        '--direct',
        '--server',
        'one',
        '--write',
      ]);
      expect(code, stderr).toBe(0);
    }
    const text = await readFile(file, 'utf8');
    expect(text).toContain('// mine');
    const { inputs, servers } = JSON.parse(text.replace('// mine', ''));
    expect(inputs.map(({ id }: { id: string }) => id)).toEqual([
      'own',
      expect.any(String),
      expect.any(String),
    ]);
    expect(Object.keys(servers)).toEqual(['mine', 'one']);
  });

  it('refuses a client or a server that it does not know', async () => {
    expect(await run(['export', 'notepad'])).toMatchObject({ code: 2 });
    expect(await run(['export', 'cursor', '--server', 'none'])).toMatchObject({ code: 4 });
  });
});

describe('imports.plan', () => {
  it('refuses more than 1 MB', async () => {
    const text = JSON.stringify({ mcpServers: {}, more: 'x'.repeat(1024 * 1024) });
    await expect(fixture.plugboard.api.imports.plan({ text })).rejects.toThrow(/1 MB/);
  });
});
