import { parse, type ParseError } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';

import { setJsonEntry } from './edit-json.ts';

const entry = { url: 'http://127.0.0.1:4477/mcp', headers: { Authorization: 'Bearer pb_1' } };

const settings = `// my settings
{
\t"editor.fontSize": 13, /* small */
\t"mcpServers": {
\t\t// the old one
\t\t"github": { "command": "npx", "args": ["-y", "@x/github"], "env": { "A": "1" }, },
\t},
\t"last": [1,2,   3], // odd spacing
}
`;

describe('setJsonEntry', () => {
  it('makes a file from nothing', () => {
    const text = setJsonEntry('', 'servers', 'plugboard', entry);
    expect(JSON.parse(text)).toEqual({ servers: { plugboard: entry } });
    expect(text.endsWith('\n')).toBe(true);
  });

  it('keeps comments, spacing, trailing commas and other entries byte for byte', () => {
    const text = setJsonEntry(settings, 'mcpServers', 'plugboard', entry);
    const own = `
\t\t"plugboard": {
\t\t\t"url": "http://127.0.0.1:4477/mcp",
\t\t\t"headers": {
\t\t\t\t"Authorization": "Bearer pb_1"
\t\t\t}
\t\t},`;
    expect(text).toBe(settings.replace('{ "A": "1" }, },', `{ "A": "1" }, },${own}`));
  });

  it.each([
    '{"mcpServers":{"a":{"command":"x"}}}',
    '{"mcpServers":{}}',
    '{ "mcpServers": { } }',
    '{"mcpServers":{"a":{}} // end\n}',
    '{\n  "mcpServers": {\n    "a": {} // about a\n    // about nothing\n  }\n}',
    '{\n  "mcpServers": {\n    "a": {}, /* about a */ // more\n  },\n}',
    '{\n  "mcpServers": {\n    "a": {}\n    ,\n  }\n}',
    '{\n  "mcpServers": {\n    // nothing yet\n  }\n}',
    '{}',
    '{ // settings\n}',
  ])('adds to %j and loses nothing', (text) => {
    const before = parse(text, [], { allowTrailingComma: true });
    const errors: ParseError[] = [];
    const changed = setJsonEntry(text, 'mcpServers', 'plugboard', entry);
    const after = parse(changed, errors, { allowTrailingComma: true });
    expect(errors).toEqual([]);
    expect(after).toEqual({ ...before, mcpServers: { ...before.mcpServers, plugboard: entry } });
    for (const comment of text.match(/\/\/.*|\/\*.*?\*\//g) ?? []) {
      expect(changed).toContain(comment);
    }
    expect(changed.replace(/\/\/ about a.*/, '')).not.toContain('plugboard // about a');
  });

  it('adds the section where there is none', () => {
    const text = setJsonEntry('{\n    "a": 1\n}\n', 'mcpServers', 'plugboard', entry);
    expect(JSON.parse(text)).toEqual({ a: 1, mcpServers: { plugboard: entry } });
    expect(text).toContain('\n    "mcpServers": {\n        "plugboard"');
  });

  it('replaces its own entry alone', () => {
    const once = setJsonEntry(settings, 'mcpServers', 'plugboard', { url: 'old', extra: true });
    const twice = setJsonEntry(once, 'mcpServers', 'plugboard', entry);
    expect(twice).toBe(setJsonEntry(settings, 'mcpServers', 'plugboard', entry));
  });

  it('changes nothing when the entry is there', () => {
    const once = setJsonEntry(settings, 'mcpServers', 'plugboard', entry);
    expect(setJsonEntry(once, 'mcpServers', 'plugboard', entry)).toBe(once);
  });

  it('keeps CR LF', () => {
    const text = setJsonEntry('{\r\n  "a": 1\r\n}\r\n', 'servers', 'plugboard', entry);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it.each([
    ['{ "a": }', /not JSON: ValueExpected in line 1/],
    ['{ "mcpServers": {', /not JSON/],
    ['[]', /no object "mcpServers"/],
    ['{ "mcpServers": [] }', /no object "mcpServers"/],
  ])('refuses %s', (text, message) => {
    expect(() => setJsonEntry(text, 'mcpServers', 'plugboard', entry)).toThrow(message);
  });
});
