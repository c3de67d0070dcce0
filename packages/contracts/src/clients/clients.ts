import type { Client, Endpoint, Places } from './client.ts';
import { joinPath } from './join-path.ts';
import { shellQuote } from './shell-quote.ts';

const authorization = ({ token }: Endpoint) => `Bearer ${token}`;

/** An entry's headers under the client's name for them; nothing without a token. */
const bearer = (to: Endpoint, name = 'headers') =>
  to.token === undefined ? {} : { [name]: { Authorization: authorization(to) } };

/** The option of a command that does the same. */
const bearerOption = (to: Endpoint) =>
  to.token === undefined ? '' : ` --header ${shellQuote(`Authorization: ${authorization(to)}`)}`;

/** The folder of applications' settings, as each system has it. */
function settingsFolder(places: Places): string {
  const { home, platform, env } = places;
  if (platform === 'darwin') return joinPath(places, home, 'Library/Application Support');
  if (platform === 'win32') return env['APPDATA'] ?? joinPath(places, home, 'AppData/Roaming');
  return configFolder(places);
}

function configFolder(places: Places): string {
  return places.env['XDG_CONFIG_HOME'] ?? joinPath(places, places.home, '.config');
}

/** What carries HTTP to a client that starts programs alone: Plugboard's own bridge, or a package's. */
function bridge(to: Endpoint, { plugboard }: Places): Readonly<Record<string, unknown>> {
  if (plugboard !== undefined && to.token !== undefined) {
    return {
      command: plugboard,
      args: ['connect', '--stdio', '--url', to.url],
      env: { PLUGBOARD_TOKEN: to.token },
    };
  }
  // It refuses plain HTTP to other machines unless told that this is meant.
  const { protocol, hostname } = new URL(to.url);
  const isFar = protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return {
    command: 'npx',
    args: [
      '-y',
      'mcp-remote',
      to.url,
      ...(isFar ? ['--allow-http'] : []),
      // No space in it: some systems tear arguments apart there.
      ...(to.token === undefined ? [] : ['--header', 'Authorization:${AUTHORIZATION}']),
    ],
    ...(to.token !== undefined && { env: { AUTHORIZATION: authorization(to) } }),
  };
}

/** The MCP clients whose configuration Plugboard knows. */
export const clients: readonly Client[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    file: (places) => joinPath(places, places.home, '.claude.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ type: 'http', url: to.url, ...bearer(to) }),
    command: (name, to) =>
      `claude mcp add --transport http --scope user ${name} ${to.url}${bearerOption(to)}`,
    afterwards: 'Start Claude Code anew, and look with /mcp.',
    signIn: 'Start Claude Code, type /mcp, choose plugboard and Authenticate.',
  },
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    file: (places) => joinPath(places, settingsFolder(places), 'Claude/claude_desktop_config.json'),
    format: 'json',
    section: 'mcpServers',
    entry: bridge,
    afterwards: 'Quit Claude Desktop and open it again.',
    signIn: 'Quit Claude Desktop and open it again: it opens a page on which you sign in.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    file: (places) => joinPath(places, places.home, '.cursor/mcp.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ url: to.url, ...bearer(to) }),
    link: (name, url) =>
      `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(btoa(JSON.stringify({ url })))}`,
    afterwards: 'Cursor sees the change by itself: Settings → MCP.',
    signIn: 'In Cursor open Settings → MCP and press the sign-in button beside plugboard.',
  },
  {
    id: 'vscode',
    title: 'VS Code',
    file: (places) => joinPath(places, settingsFolder(places), 'Code/User/mcp.json'),
    format: 'json',
    section: 'servers',
    entry: (to) => ({ type: 'http', url: to.url, ...bearer(to) }),
    command: (name, to) =>
      `code --add-mcp ${shellQuote(JSON.stringify({ name, type: 'http', url: to.url, ...bearer(to) }))}`,
    link: (name, url) =>
      `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, type: 'http', url }))}`,
    afterwards: 'Start it in VS Code with: MCP: List Servers.',
    signIn: 'In VS Code run MCP: List Servers, choose plugboard and start it: it asks to sign in.',
  },
  {
    id: 'codex',
    title: 'Codex',
    file: (places) =>
      joinPath(
        places,
        places.env['CODEX_HOME'] ?? joinPath(places, places.home, '.codex'),
        'config.toml',
      ),
    format: 'toml',
    section: 'mcp_servers',
    entry: (to) => ({ url: to.url, ...bearer(to, 'http_headers') }),
    afterwards: 'Start Codex anew, and look with /mcp.',
    signIn: 'Run codex mcp login plugboard, then start Codex anew.',
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    file: (places) => joinPath(places, places.home, '.gemini/settings.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ httpUrl: to.url, ...bearer(to) }),
    command: (name, to) =>
      `gemini mcp add --transport http --scope user ${name} ${to.url}${bearerOption(to)}`,
    afterwards: 'Start Gemini CLI anew, and look with /mcp.',
    signIn: 'Start Gemini CLI and type /mcp auth plugboard.',
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    file: (places) => joinPath(places, places.home, '.codeium/windsurf/mcp_config.json'),
    format: 'json',
    section: 'mcpServers',
    entry: (to) => ({ serverUrl: to.url, ...bearer(to) }),
    afterwards: 'Press refresh in Windsurf’s list of MCP servers.',
    signIn: 'Press refresh in Windsurf’s list of MCP servers: it opens a page to sign in.',
  },
  {
    id: 'zed',
    title: 'Zed',
    file: (places) =>
      joinPath(
        places,
        places.platform === 'linux'
          ? configFolder(places)
          : joinPath(places, places.home, '.config'),
        'zed/settings.json',
      ),
    format: 'json',
    section: 'context_servers',
    entry: (to) => ({ url: to.url, ...bearer(to) }),
    afterwards: 'Zed sees the change by itself.',
    signIn: 'Zed sees the change by itself and asks to sign in.',
  },
  {
    id: 'opencode',
    title: 'opencode',
    file: (places) => joinPath(places, configFolder(places), 'opencode/opencode.json'),
    format: 'json',
    section: 'mcp',
    entry: (to) => ({ type: 'remote', url: to.url, ...bearer(to), enabled: true }),
    afterwards: 'Start opencode anew.',
    signIn: 'Run opencode mcp auth plugboard, then start opencode anew.',
  },
];
