import type { ImportFormat } from '@plugboard/contracts';

import { type Fields, isFields, namedFields } from './document.ts';

/** Which client or gateway wrote a document, by what is in it; undefined when nothing says so. */
export function detectFormat(document: Fields): ImportFormat | undefined {
  const { servers, mcp, mcpServers } = document;
  if (isFields(document['mcp_servers'])) return 'codex';
  if (isFields(document['context_servers'])) return 'zed';
  if (isFields(document['registry'])) return 'docker';
  if (isFields(mcp) && isFields(mcp['servers'])) return 'vscode';
  if (isFields(mcpServers) || Array.isArray(mcpServers)) return detectDialect(document, mcpServers);
  if (namedFields(document['projects']).length > 0) return 'claude-code';
  if (isFields(mcp)) return 'opencode';
  if (isFields(servers)) return 'vscode';
  if (!Array.isArray(servers)) return undefined;
  const entries = namedFields(servers).map(([, fields]) => fields);
  const isDocker = entries.some(
    ({ type }) => type === 'image' || type === 'registry' || type === 'remote',
  );
  return isDocker ? 'docker' : 'metamcp';
}

/** Many write `mcpServers`; their own words tell them apart, and where none is used none is needed. */
function detectDialect(document: Fields, servers: unknown): ImportFormat {
  const entries = namedFields(servers).map(([, fields]) => fields);
  const has = (...keys: string[]) => entries.some((fields) => keys.some((key) => key in fields));
  const types = entries.map((fields) => fields['type']);
  if (Array.isArray(servers) || isNamespaced(document) || has('bearerToken')) return 'metamcp';
  if (types.some((type) => typeof type === 'string' && /^[A-Z_]+$/.test(type))) return 'metamcp';
  if (['groups', 'users', 'systemConfig'].some((key) => key in document)) return 'mcphub';
  if (isFields(document['projects']) || 'numStartups' in document) return 'claude-code';
  if (has('serverUrl', 'disabledTools')) return 'windsurf';
  if (has('httpUrl', 'trust', 'includeTools', 'excludeTools')) return 'gemini';
  if (has('enabled', 'openapi', 'keepAliveInterval')) return 'mcphub';
  if (types.some((type) => type === 'http' || type === 'sse')) return 'claude-code';
  return has('envFile', 'url') ? 'cursor' : 'claude-desktop';
}

function isNamespaced(document: Fields): boolean {
  return Array.isArray(document['namespaces']) || isFields(document['namespaces']);
}
