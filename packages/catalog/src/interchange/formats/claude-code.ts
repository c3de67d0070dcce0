import { type Fields, isFields, namedFields, textsOf } from '../document.ts';
import type { Dialect, RawResult } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = {
  told: {
    headersHelper: 'its helper program for headers is not run: give the headers themselves',
  },
};

/** `~/.claude.json`, whose projects have servers of their own, and `.mcp.json` of a project. */
export function readClaudeCode(document: Fields): RawResult {
  const own = isFields(document['mcpServers'])
    ? readSection(document['mcpServers'], dialect)
    : { servers: [], problems: [] };
  const projects = namedFields(document['projects']).map(([folder, project]) => {
    const off = new Set([
      ...(textsOf(project['disabledMcpServers']) ?? []),
      ...(textsOf(project['disabledMcpjsonServers']) ?? []),
    ]);
    if (!isFields(project['mcpServers'])) return { servers: [], problems: [] };
    const { servers, problems } = readSection(project['mcpServers'], dialect);
    return {
      servers: servers.map((server) => ({
        ...server,
        scope: folder,
        disabled: server.disabled || off.has(server.name),
      })),
      problems,
    };
  });
  return {
    servers: [own, ...projects].flatMap(({ servers }) => servers),
    problems: [own, ...projects].flatMap(({ problems }) => problems),
  };
}
