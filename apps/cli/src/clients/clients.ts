import path from 'node:path';

import type { Client, Endpoint, Places } from './client.ts';
import { shellQuote } from './shell-quote.ts';

const bearer = ({ token }: Endpoint) => ({ Authorization: `Bearer ${token}` });

/** The folder of applications' settings, as each system has it. */
function settingsFolder({ home, platform, env }: Places): string {
  if (platform === 'darwin') return path.join(home, 'Library/Application Support');
  if (platform === 'win32') return env.APPDATA ?? path.join(home, 'AppData/Roaming');
  return env.XDG_CONFIG_HOME ?? path.join(home, '.config');
}

export const clients: readonly Client[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    file: ({ home }) => path.join(home, '.claude.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ type: 'http', url: to.url, headers: bearer(to) }),
    command: (name, to) =>
      `claude mcp add --transport http --scope user ${name} ${to.url} --header ${shellQuote(`Authorization: Bearer ${to.token}`)}`,
    afterwards: 'Start Claude Code anew, and look with /mcp.',
  },
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    file: (places) => path.join(settingsFolder(places), 'Claude/claude_desktop_config.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to, { plugboard }) => ({
      command: plugboard,
      args: ['connect', '--stdio', '--url', to.url],
      env: { PLUGBOARD_TOKEN: to.token },
    }),
    afterwards: 'Quit Claude Desktop and open it again.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    file: ({ home }) => path.join(home, '.cursor/mcp.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ url: to.url, headers: bearer(to) }),
    afterwards: 'Cursor sees the change by itself: Settings → MCP.',
  },
  {
    id: 'vscode',
    title: 'VS Code',
    file: (places) => path.join(settingsFolder(places), 'Code/User/mcp.json'),
    format: 'json',
    section: 'servers',
    entry: (to) => ({ type: 'http', url: to.url, headers: bearer(to) }),
    command: (name, to) =>
      `code --add-mcp ${shellQuote(JSON.stringify({ name, type: 'http', url: to.url, headers: bearer(to) }))}`,
    afterwards: 'Start it in VS Code with: MCP: List Servers.',
  },
  {
    id: 'codex',
    title: 'Codex',
    file: ({ home, env }) => path.join(env.CODEX_HOME ?? path.join(home, '.codex'), 'config.toml'),
    format: 'toml',
    section: 'mcp_servers',
    entry: (to) => ({ url: to.url, http_headers: bearer(to) }),
    afterwards: 'Start Codex anew, and look with /mcp.',
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    file: ({ home }) => path.join(home, '.gemini/settings.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ httpUrl: to.url, headers: bearer(to) }),
    command: (name, to) =>
      `gemini mcp add --transport http --scope user ${name} ${to.url} --header ${shellQuote(`Authorization: Bearer ${to.token}`)}`,
    afterwards: 'Start Gemini CLI anew, and look with /mcp.',
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    file: ({ home }) => path.join(home, '.codeium/windsurf/mcp_config.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ serverUrl: to.url, headers: bearer(to) }),
    afterwards: 'Press refresh in Windsurf’s list of MCP servers.',
  },
  {
    id: 'zed',
    title: 'Zed',
    file: ({ home, platform, env }) =>
      path.join(
        platform === 'linux'
          ? (env.XDG_CONFIG_HOME ?? path.join(home, '.config'))
          : path.join(home, '.config'),
        'zed/settings.json',
      ),
    format: 'json',
    section: 'context_servers',
    entry: (to) => ({ url: to.url, headers: bearer(to) }),
    afterwards: 'Zed sees the change by itself.',
  },
  {
    id: 'opencode',
    title: 'opencode',
    file: ({ home, env }) =>
      path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'opencode/opencode.json'),
    format: 'json',
    section: 'mcp',
    entry: (to) => ({ type: 'remote', url: to.url, headers: bearer(to), enabled: true }),
    afterwards: 'Start opencode anew.',
  },
];
