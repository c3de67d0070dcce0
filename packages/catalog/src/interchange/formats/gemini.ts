import { type Fields, isFields, textOf, textsOf } from '../document.ts';
import { type Dialect, type RawResult, readRaw } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = {
  httpUrl: ['httpUrl'],
  silent: ['includeTools', 'excludeTools', 'description', 'extension'],
  told: {
    trust: 'that it was trusted is not carried over: agents have what is granted to them',
    authProviderType: 'its OAuth settings are not carried over: connect it here',
  },
};

/** Gemini CLI's `settings.json`, where a plain `url` means SSE unless a type is named. */
export function readGemini(document: Fields): RawResult {
  const rules = isFields(document['mcp']) ? document['mcp'] : {};
  const allowed = textsOf(rules['allowed']);
  const excluded = textsOf(rules['excluded']) ?? [];
  const result = readSection(document['mcpServers'], dialect, (name, fields) => {
    const raw = readRaw(name, fields, {
      ...dialect,
      ...(textOf(fields['type']) === undefined && { url: [], sseUrl: ['url'] }),
    });
    return {
      ...raw,
      disabled:
        raw.disabled ||
        excluded.includes(name) ||
        (allowed !== undefined && !allowed.includes(name)),
      allowedTools: textsOf(fields['includeTools'])?.map(bareName),
      disabledTools: (textsOf(fields['excludeTools']) ?? []).map(bareName),
    };
  });
  return { ...result, bareReferences: true };
}

/** `tool(arguments)` allows a tool for some arguments; what stays is the tool. */
function bareName(tool: string): string {
  return tool.replace(/\(.*$/s, '');
}
