import { describe, expect, it } from 'vitest';

import { setTomlTable } from './edit-toml.ts';

const entry = { url: 'http://127.0.0.1:4477/mcp', http_headers: { Authorization: 'Bearer "x"' } };
const own = `[mcp_servers.plugboard]
url = "http://127.0.0.1:4477/mcp"
http_headers = { Authorization = "Bearer \\"x\\"" }
`;

const config = `# Codex
model = "gpt" # mine

[mcp_servers.docs]
command = "npx"
args = ["-y", "docs"]

[mcp_servers.docs.env]
A = "1"

# about profiles
[profiles.fast]
model = "small"
`;

const set = (text: string) => setTomlTable(text, 'mcp_servers', 'plugboard', entry);

describe('setTomlTable', () => {
  it('makes a file from nothing', () => {
    expect(set('')).toBe(own);
  });

  it('appends the table and leaves the rest as it is', () => {
    expect(set(config)).toBe(`${config}\n${own}`);
  });

  it('replaces its own table and those below it, and no comment of the next', () => {
    const old = '[mcp_servers.plugboard]\nurl = "old"\n\n[mcp_servers."plugboard".env]\nB = "2"\n';
    const [head, tail] = config.split('# about profiles');
    expect(set(`${head}${old}\n# about profiles${tail}`)).toBe(
      `${head}${own}\n# about profiles${tail}`,
    );
  });

  it('changes nothing the second time', () => {
    expect(set(set(config))).toBe(set(config));
  });

  it.each([
    'mcp_servers = { docs = { command = "x" } }\n',
    '[mcp_servers]\ndocs = { command = "x" }\n',
    'mcp_servers.docs.command = "x"\n',
    'text = """\n[mcp_servers.plugboard]\n"""\n',
  ])('refuses what it cannot change safely: %j', (text) => {
    expect(() => set(text)).toThrow(/not written as \[mcp_servers\.<name>\] tables/);
  });
});
