import { type Fields, isFields, namedFields, textOf } from '../document.ts';
import { type Dialect, type RawResult, type RawServer, readRaw } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = {
  silent: ['tools', 'owner', 'prompts', 'description', 'resources'],
  told: {
    openapi: 'a server made of an OpenAPI document cannot be imported',
    options: 'its time limits are not carried over',
    keepAliveInterval: 'its keep-alive is not carried over: connections are kept here anyway',
    enableKeepAlive: 'its keep-alive is not carried over: connections are kept here anyway',
    restart: 'its restart setting is not carried over: servers are restarted here anyway',
  },
};

/** MCPHub's `mcp_settings.json`: servers, tools that are switched off, groups. */
export function readMcpHub(document: Fields): RawResult {
  const groups = namedFields(document['groups']).map(([name, group]) => ({
    name,
    members: new Set(
      (Array.isArray(group['servers']) ? group['servers'] : []).map((each: unknown) =>
        textOf(isFields(each) ? each['name'] : each),
      ),
    ),
  }));
  const read = (name: string, fields: Fields): RawServer => ({
    ...readRaw(name, fields, dialect),
    disabledTools: namedFields(fields['tools'])
      .filter(([, tool]) => tool['enabled'] === false)
      // Some versions write the server's name before the tool's.
      .map(([tool]) => (tool.startsWith(`${name}-`) ? tool.slice(name.length + 1) : tool)),
    groups: groups.filter(({ members }) => members.has(name)).map((group) => group.name),
  });
  const { servers, problems } = readSection(document['mcpServers'], dialect, read);
  const left = ['users', 'systemConfig', 'bearerKeys', 'oauthClients', 'oauthTokens'].filter(
    (key) => document[key] !== undefined,
  );
  return {
    servers,
    problems: [
      ...problems,
      ...(left.length > 0 ? [`Not part of servers, and left out: ${left.join(', ')}.`] : []),
    ],
  };
}
