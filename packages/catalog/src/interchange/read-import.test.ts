import { describe, expect, it } from 'vitest';

import type { ImportedServer } from './imported-server.ts';
import { type ImportOptions, readImport } from './read-import.ts';

const token = `ghp_${'a1B2'.repeat(9)}`;

function read(content: object | string, options?: ImportOptions) {
  return readImport(typeof content === 'string' ? content : JSON.stringify(content), options);
}

function only(content: object | string, options?: ImportOptions): ImportedServer {
  const { servers, problems } = read(content, options);
  expect(servers.length, problems.join()).toBe(1);
  return servers[0]!;
}

const texts = (map: ReadonlyMap<string, { text: string }>) =>
  Object.fromEntries([...map].map(([name, { text }]) => [name, text]));

describe('readImport', () => {
  it('reads Claude Desktop, on Windows too', () => {
    const { format, servers } = read({
      globalShortcut: '',
      mcpServers: {
        files: { command: 'cmd', args: ['/c', 'npx', '-y', '@acme/files@1.2.3', 'C:\\docs'] },
        path: { command: 'C:\\Program Files\\nodejs\\npx.cmd', args: ['-y', 'plain-server'] },
        unix: { command: '/opt/homebrew/bin/npx', args: ['-y', 'plain-server@latest', '--x'] },
      },
    });
    expect(format).toBe('claude-desktop');
    expect(servers.map(({ run, args }) => ({ run, args: args.map(({ text }) => text) }))).toEqual([
      { run: npm('@acme/files', '1.2.3'), args: ['C:\\docs'] },
      { run: npm('plain-server'), args: [] },
      { run: npm('plain-server'), args: ['--x'] },
    ]);
  });

  it('reads Claude Code with projects, references and what they default to', () => {
    const file = {
      numStartups: 3,
      mcpServers: { web: { type: 'http', url: 'https://${HOST:-mcp.example.com}/mcp' } },
      projects: {
        '/srv/app': {
          mcpServers: {
            db: { type: 'stdio', command: 'npx', args: ['db-server'], env: { URL: '${DB_URL}' } },
            old: { type: 'sse', url: 'https://old.example.com/sse' },
          },
          disabledMcpServers: ['old'],
        },
        '/srv/none': { history: [] },
      },
    };
    const { format, servers } = read(file, { given: new Map([['env:DB_URL', 'postgres://h/db']]) });
    expect(format).toBe('claude-code');
    const [web, db, old] = servers;
    expect(web?.run).toMatchObject({
      kind: 'remote',
      url: { text: 'https://mcp.example.com/mcp' },
      transport: 'streamable-http',
    });
    expect(db).toMatchObject({ scope: '/srv/app', disabled: false });
    expect(texts(db!.env)).toEqual({ URL: 'postgres://h/db' });
    expect(old).toMatchObject({ disabled: true, run: { transport: 'sse' } });
    expect(read(file).servers[1]?.env.get('URL')?.missing).toEqual([
      { kind: 'env', name: 'DB_URL', secret: false },
    ]);
  });

  it('reads VS Code with comments, trailing commas and what it asks for', () => {
    const text = `{
      // the token is asked for
      "inputs": [
        { "type": "promptString", "id": "gh", "description": "GitHub token", "password": true, },
      ],
      "servers": {
        "github": { "type": "http", "url": "https://api.example.com/mcp/", "headers": { "Authorization": "Bearer \${input:gh}" }, },
      },
    }`;
    const server = only(text);
    expect(server.headers.get('Authorization')).toEqual({
      text: 'Bearer ${input:gh}',
      secrecy: 'secret',
      missing: [{ kind: 'input', name: 'gh', secret: true, description: 'GitHub token' }],
    });
    const given = only(text, { given: new Map([['input:gh', 'hunter2']]) });
    expect(given.headers.get('Authorization')).toEqual({
      text: 'Bearer hunter2',
      secrecy: 'secret',
      missing: [],
    });
    const settings = {
      'editor.fontSize': 12,
      mcp: { servers: { a: { command: 'npx', args: ['a'] } } },
    };
    expect(read(settings)).toMatchObject({ format: 'vscode', servers: [{ name: 'a' }] });
  });

  it('reads Cursor, Windsurf, Gemini CLI, Zed and opencode', () => {
    const cursor = {
      mcpServers: { a: { url: 'https://a.example/mcp', headers: { 'X-Key': '${env:KEY}' } } },
    };
    expect(read(cursor)).toMatchObject({ format: 'cursor' });
    expect(only(cursor).headers.get('X-Key')?.missing[0]).toMatchObject({ name: 'KEY' });

    const windsurf = {
      mcpServers: { a: { serverUrl: 'https://a.example/mcp', disabledTools: ['x'] } },
    };
    expect(read(windsurf).format).toBe('windsurf');
    expect(only(windsurf)).toMatchObject({
      run: { kind: 'remote', url: { text: 'https://a.example/mcp' } },
      disabledTools: ['x'],
    });

    const gemini = {
      mcp: { excluded: ['off'] },
      mcpServers: {
        sse: { url: 'https://a.example/sse', trust: true },
        http: { httpUrl: 'https://a.example/mcp', includeTools: ['read(*)'] },
        off: { command: 'npx', args: ['x'], env: { TOKEN: '$MY_TOKEN' } },
      },
    };
    const { format, servers } = read(gemini);
    expect(format).toBe('gemini');
    expect(servers[0]).toMatchObject({ run: { transport: 'sse' } });
    expect(servers[0]?.problems.join()).toMatch(/trusted/);
    expect(servers[1]).toMatchObject({
      run: { transport: 'streamable-http' },
      allowedTools: ['read'],
    });
    expect(servers[2]).toMatchObject({ disabled: true });
    expect(servers[2]?.env.get('TOKEN')?.missing[0]).toMatchObject({
      name: 'MY_TOKEN',
      secret: true,
    });

    const zed = {
      context_servers: {
        a: { source: 'custom', command: { path: 'npx', args: ['z'], env: { A: '1' } } },
      },
    };
    expect(read(zed).format).toBe('zed');
    expect(only(zed)).toMatchObject({ run: npm('z') });
    const opencode = {
      mcp: {
        a: {
          type: 'local',
          command: ['bunx', 'o@2.0.0', 'x'],
          environment: { A: '1' },
          enabled: false,
        },
      },
    };
    expect(read(opencode).format).toBe('opencode');
    expect(only(opencode)).toMatchObject({ run: npm('o', '2.0.0'), disabled: true });
    expect(texts(only(opencode).env)).toEqual({ A: '1' });
  });

  it('reads Codex', () => {
    const text = `
      model = "x"
      [mcp_servers.docs]
      command = "npx"
      args = ["-y", "docs-server"]
      env_vars = ["DOCS_KEY"]
      enabled_tools = ["search"]
      startup_timeout_sec = 20
      [mcp_servers.docs.env]
      MODE = "fast"
      [mcp_servers.web]
      url = "https://web.example/mcp"
      bearer_token_env_var = "WEB_TOKEN"
      http_headers = { "X-Team" = "blue" }
      env_http_headers = { "X-Key" = "WEB_KEY" }
      enabled = false
    `;
    const given = new Map([
      ['env:WEB_TOKEN', 'abc'],
      ['env:WEB_KEY', 'def'],
    ]);
    const { format, servers } = read(text, { given });
    expect(format).toBe('codex');
    const [docs, web] = servers;
    expect(docs).toMatchObject({ allowedTools: ['search'] });
    expect(docs?.problems.join()).toMatch(/time limits/);
    expect(docs?.env.get('DOCS_KEY')?.missing).toHaveLength(1);
    expect(web?.disabled).toBe(true);
    expect(texts(web!.headers)).toEqual({
      'X-Team': 'blue',
      'X-Key': 'def',
      Authorization: 'Bearer abc',
    });
  });

  it('reads other gateways: MetaMCP and MCPHub', () => {
    const metamcp = {
      mcpServers: {
        hn: { type: 'STDIO', command: 'uvx', args: ['mcp-hn@1.0'], description: 'news' },
        api: { type: 'STREAMABLE_HTTP', url: 'https://api.example/mcp', bearerToken: token },
      },
      namespaces: [{ name: 'work', servers: [{ name: 'api', status: 'INACTIVE' }] }],
    };
    const meta = read(metamcp);
    expect(meta.format).toBe('metamcp');
    expect(meta.servers[0]?.run).toMatchObject({
      registry: 'pypi',
      name: 'mcp-hn',
      version: '1.0',
    });
    expect(meta.servers[1]).toMatchObject({ groups: ['work'], disabled: true });
    expect(meta.servers[1]?.headers.get('Authorization')).toMatchObject({ secrecy: 'secret' });

    const hub = read({
      users: [{ username: 'admin', password: 'hash' }],
      groups: [{ name: 'dev', servers: ['a', { name: 'b', tools: 'all' }] }],
      mcpServers: {
        a: { command: 'npx', args: ['a'], enabled: false, tools: { 'a-drop': { enabled: false } } },
        b: { type: 'sse', url: 'https://b.example/sse' },
      },
    });
    expect(hub.format).toBe('mcphub');
    expect(hub.servers[0]).toMatchObject({
      disabled: true,
      disabledTools: ['drop'],
      groups: ['dev'],
    });
    expect(hub.servers[1]).toMatchObject({ groups: ['dev'], run: { transport: 'sse' } });
    expect(JSON.stringify(hub)).not.toContain('hash');
    expect(hub.problems.join()).toMatch(/users/);
  });

  it("reads Docker's profiles, catalogs and command lines", () => {
    const profile = `
version: 1
id: work
name: Work
servers:
  - type: image
    image: mcp/github:latest
    tools: [search]
  - type: registry
    source: https://registry.example/v0/servers/io.github.acme%2Fnotes/versions/latest
    config: { folder: x }
    secrets: default
  - type: remote
    endpoint: https://mcp.example.com/mcp
`;
    const { format, servers } = read(profile);
    expect(format).toBe('docker');
    expect(servers.map(({ run }) => run)).toEqual([
      { kind: 'image', image: 'mcp/github:latest' },
      { kind: 'entry', name: 'io.github.acme/notes' },
      expect.objectContaining({ kind: 'remote' }),
    ]);
    expect(servers[0]).toMatchObject({
      name: 'github',
      groups: ['Work'],
      allowedTools: ['search'],
    });
    expect(servers[1]?.problems.join()).toMatch(/folder/);

    const catalog = read({
      registry: {
        pg: {
          image: 'mcp/pg@sha256:00',
          env: [
            { name: 'HOST', value: '{{pg.host}}' },
            { name: 'MODE', value: 'ro' },
          ],
          secrets: [{ name: 'pg.password', env: 'PGPASSWORD' }],
        },
      },
    });
    expect(catalog.servers[0]?.env.get('PGPASSWORD')?.missing[0]).toMatchObject({ secret: true });
    expect([...catalog.servers[0]!.env.keys()]).toEqual(['MODE', 'PGPASSWORD']);

    const line = only(
      `docker run -i --rm -e GITHUB_TOKEN -e "MODE=read only" --network host -v /srv:/srv \\\n ghcr.io/acme/github:1 stdio --toolsets all`,
    );
    expect(line).toMatchObject({
      name: 'github',
      run: { kind: 'image', image: 'ghcr.io/acme/github:1' },
    });
    expect(line.args.map(({ text }) => text)).toEqual(['stdio', '--toolsets', 'all']);
    expect(texts(line.env)).toEqual({ GITHUB_TOKEN: '${GITHUB_TOKEN}', MODE: 'read only' });
    expect(line.problems.join()).toMatch(/network/);
    expect(line.problems.join()).toMatch(/folders/);
    expect(only('docker mcp gateway run', { format: 'docker-run' }).run).toMatchObject({
      kind: 'command',
      why: expect.stringMatching(/profile export/),
    });
  });

  it.each([
    [['npm', 'exec', '-y', '--', '@a/b', 'x'], npm('@a/b'), ['x']],
    [['pnpm', 'dlx', 'b@^1', 'x'], npm('b', '^1'), ['x']],
    [['yarn', 'dlx', '-q', 'b'], npm('b'), []],
    [['bun', 'x', 'b'], npm('b'), []],
    [
      ['npx', '-y', '-p', '@a/tools@1.0.0', 'server', 'x'],
      npm('@a/tools', '1.0.0', 'server'),
      ['x'],
    ],
    [['npx', '--package=@a/tools', 'server'], npm('@a/tools', undefined, 'server'), []],
    [['env', 'A=1', 'npx', 'b'], npm('b'), []],
    [['npx -y b x'], npm('b'), ['x']],
    [['uvx', '--from', 'git-tools==2.1', 'serve', 'x'], pypi('git-tools', '2.1', 'serve'), ['x']],
    [['pipx', 'run', 'b'], pypi('b'), []],
    [['uv', 'tool', 'run', 'b'], pypi('b'), []],
    [
      ['npx', 'mcp-remote', 'https://r.example/sse', '--transport', 'sse-only'],
      { kind: 'remote' },
      [],
    ],
  ])('understands %j', ([command, ...args], run, own) => {
    const server = only({ mcpServers: { a: { command, args } } });
    expect(server.run).toMatchObject(run);
    expect(server.args.map(({ text }) => text)).toEqual(own);
  });

  it.each([
    ['node', '/srv/server.js'],
    ['sh', '-c', 'npx b; rm -rf /'],
    ['bash', '-lc', 'npx b'],
    ['powershell', '-Command', 'npx b'],
    ['cmd', '/c', 'del', 'x'],
    ['npx', '-c', 'rm -rf /'],
    ['npx', 'github:a/b'],
    ['npx', './local'],
    ['npx', '../../etc'],
    ['npx', 'https://e.example/a.tgz'],
    ['npx', 'b; touch /tmp/x'],
    ['npx', '$(touch /tmp/x)'],
    ['uvx', 'git+https://e.example/a'],
    ['docker', 'exec', 'x'],
    ['docker', 'run', '$(id)'],
    ['/usr/local/bin/my-server'],
    ['npm', 'run', 'start'],
  ])('does not make a server of %s', (command, ...args) => {
    expect(only({ mcpServers: { a: { command, args } } }).run.kind).toBe('command');
  });

  it('takes what mcp-remote reaches for the server, with its headers', () => {
    const server = only({
      mcpServers: {
        a: {
          command: 'npx',
          args: [
            '-y',
            'mcp-remote@0.1',
            'https://r.example/mcp',
            '--header',
            'Authorization:${AUTH}',
          ],
          env: { AUTH: 'Bearer abcdef' },
        },
      },
    });
    expect(server.run).toMatchObject({ kind: 'remote', url: { text: 'https://r.example/mcp' } });
    expect(texts(server.headers)).toEqual({ Authorization: 'Bearer abcdef' });
    expect(server.env.size).toBe(0);
  });

  it('makes a header of the user and password in an address', () => {
    const server = only({ mcpServers: { a: { url: 'https://me:p%40ss@r.example/mcp' } } });
    expect(server.run).toMatchObject({ url: { text: 'https://r.example/mcp', secrecy: 'plain' } });
    expect(server.headers.get('Authorization')).toMatchObject({
      text: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
      secrecy: 'secret',
    });
  });

  it('tells of fields that it does not know', () => {
    const { problems } = only({
      mcpServers: { a: { command: 'npx', args: ['a'], sparkle: 1, cwd: '/x' } },
    });
    expect(problems.join()).toMatch(/sparkle/);
    expect(problems.join()).toMatch(/working folder/);
  });

  it.each([
    ['', /no configuration/],
    ['hello', /no configuration/],
    ['{', /line 1/],
    ['{"a": 1}', /no configuration/],
    ['[1,2]', /no configuration/],
    ['{"mcpServers": []}', /no servers/],
    ['[mcp_servers.a]\ncommand = "x', /TOML/],
    ['servers: [&a *a', /YAML/],
    ['{"a":'.repeat(5000), /line 1|nested/],
    ['['.repeat(200_000), /nested|line 1|JSON/],
    [`{"mcpServers": ${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`, /nested/],
  ])('says what is wrong with %j', (text, message) => {
    const { servers, problems } = read(text.slice(0, 400_000));
    expect(servers).toEqual([]);
    expect(problems.join()).toMatch(message);
  });

  it('gives a billion laughs no time', () => {
    const lines = Array.from({ length: 30 }, (_, at) =>
      at === 0 ? 'a0: &a0 [x]' : `a${at}: &a${at} [${`*a${at - 1},`.repeat(9)}]`,
    );
    expect(read(`mcpServers: {}\n${lines.join('\n')}`).problems.join()).toMatch(/YAML/);
  });

  it('takes keys that mean something to JavaScript for plain names', () => {
    const text = `{"mcpServers": {"__proto__": {"command": "npx", "args": ["a"], "env": {"__proto__": "1", "constructor": "2"}},
      "constructor": {"command": "npx", "args": ["b"]}, "b": {"__proto__": {"command": "evil"}}}}`;
    const { servers } = read(text);
    expect(servers.map(({ name }) => name)).toEqual(['__proto__', 'constructor', 'b']);
    expect(texts(servers[0]!.env)).toEqual(
      Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    );
    expect(servers[2]?.run).toMatchObject({ kind: 'command' });
    expect(Object.prototype).not.toHaveProperty('command');
  });

  it('quotes no value in a problem', () => {
    const text = JSON.stringify({
      mcpServers: {
        a: {
          command: 'npx',
          args: [`--weird=${token}`, `-x${token}`, '-p', 'b', 's'],
          env: { A: { nested: token } },
          what: token,
        },
        b: { command: 'sh', args: ['-c', token] },
        c: { command: token },
        d: token,
      },
    });
    const { servers, problems } = read(text);
    expect(JSON.stringify([problems, servers.map((server) => server.problems)])).not.toContain(
      token,
    );
    expect(JSON.stringify(servers.map(({ run }) => run))).not.toContain(token);
    for (const broken of [
      `{"a": "${token}`,
      `[mcp_servers.a]\nb = "${token}`,
      `a: "${token}\n b: [`,
    ]) {
      expect(JSON.stringify(read(broken))).not.toContain(token);
    }
  });
});

function npm(name: string, version?: string, command?: string) {
  return { kind: 'package', registry: 'npm', name, version, command };
}

function pypi(name: string, version?: string, command?: string) {
  return { kind: 'package', registry: 'pypi', name, version, command };
}
