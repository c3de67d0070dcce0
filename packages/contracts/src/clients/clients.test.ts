import { describe, expect, it } from 'vitest';

import type { Places } from './client.ts';
import { clients } from './clients.ts';
import { printEntries } from './print-entries.ts';
import { shellQuote } from './shell-quote.ts';

const linux: Places = {
  home: '/home/ann',
  platform: 'linux',
  env: {},
  plugboard: '/opt/plugboard',
};
const windows: Places = {
  home: 'C:\\Users\\ann',
  platform: 'win32',
  env: { APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' },
};
const url = 'https://plugboard.example.com/mcp';
const client = (id: string) => clients.find((each) => each.id === id)!;

describe('clients', () => {
  it('name their files as each system has them', () => {
    expect(client('vscode').file(linux)).toBe('/home/ann/.config/Code/User/mcp.json');
    expect(client('vscode').file(windows)).toBe(
      'C:\\Users\\ann\\AppData\\Roaming\\Code\\User\\mcp.json',
    );
    expect(client('claude-desktop').file({ ...linux, platform: 'darwin' })).toBe(
      '/home/ann/Library/Application Support/Claude/claude_desktop_config.json',
    );
    const codex = client('codex').file({ ...linux, env: { CODEX_HOME: '/srv/codex/' } });
    expect(codex).toBe('/srv/codex/config.toml');
  });

  it.each(clients)('$title gets the token where there is one, and none otherwise', (each) => {
    const withToken = JSON.stringify(each.entry({ url, token: 'plug_t' }, linux));
    expect(withToken).toContain('plug_t');
    const alone = JSON.stringify(each.entry({ url }, linux));
    expect(alone).toContain(url);
    expect(alone).not.toMatch(/Bearer|Authorization|undefined|TOKEN/);
    expect(each.command?.('plugboard', { url }) ?? '').not.toMatch(/Bearer|header|undefined/);
    expect(each.link?.('plugboard', url) ?? '').not.toMatch(/Bearer|\s/);
  });

  it('start a package as a bridge where there is no launcher, with the token in its environment', () => {
    const entry = client('claude-desktop').entry({ url, token: 'plug_t' }, windows);
    expect(entry).toEqual({
      command: 'npx',
      args: ['-y', 'mcp-remote', url, '--header', 'Authorization:${AUTHORIZATION}'],
      env: { AUTHORIZATION: 'Bearer plug_t' },
    });
    const far = client('claude-desktop').entry({ url: 'http://10.0.0.2:4477/mcp' }, windows);
    expect(far['args']).toContain('--allow-http');
    const near = client('claude-desktop').entry({ url: 'http://127.0.0.1:4477/mcp' }, windows);
    expect(near['args']).not.toContain('--allow-http');
  });

  it('keep what shells and TOML would read in a token within its quotes', () => {
    const token = `a'; rm -rf ~ #"\\`;
    const command = client('claude-code').command!('plugboard', { url, token });
    expect(command).toContain(shellQuote(`Authorization: Bearer ${token}`));
    expect(shellQuote(`it's`)).toBe(`'it'\\''s'`);
    const toml = printEntries(client('codex'), {
      plugboard: client('codex').entry({ url, token }, linux),
    });
    expect(toml.split('\n')).toHaveLength(3);
    expect(toml).toContain(JSON.stringify(`Bearer ${token}`));
  });
});
