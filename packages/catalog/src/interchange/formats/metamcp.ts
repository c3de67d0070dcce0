import { type Fields, isFields, namedFields, textOf } from '../document.ts';
import { type Dialect, type RawResult, type RawServer, readRaw } from '../raw-server.ts';

const dialect: Dialect = {
  silent: ['bearerToken', 'description', 'uuid', 'created_at', 'user_id', 'error_status', 'status'],
};

/** What MetaMCP exports: servers by name or as a list, and namespaces that servers are in. */
export function readMetaMcp(document: Fields): RawResult {
  const groups = namedFields(document['namespaces']).map(([name, namespace]) => ({
    name,
    members: members(namespace['servers']),
    off: members(namespace['servers'], 'INACTIVE'),
  }));
  const servers = namedFields(document['mcpServers'] ?? document['servers']).map(
    ([name, fields]): RawServer => {
      const raw = readRaw(name, fields, dialect);
      const token = textOf(fields['bearerToken']);
      const own = [name, textOf(fields['uuid']) ?? name];
      const inGroups = groups.filter((group) => own.some((each) => group.members.has(each)));
      const disabled =
        raw.disabled ||
        textOf(fields['status']) === 'INACTIVE' ||
        (inGroups.length > 0 && inGroups.every(({ off }) => own.some((each) => off.has(each))));
      return {
        ...raw,
        disabled,
        groups: inGroups.map((group) => group.name),
        ...(token !== undefined && {
          headers: new Map([...raw.headers, ['Authorization', `Bearer ${token}`]]),
        }),
      };
    },
  );
  return { servers, problems: servers.length === 0 ? ['It holds no servers.'] : [] };
}

/** Names or ids of a namespace's servers, or those of them that have a status. */
function members(value: unknown, status?: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const each of Array.isArray(value) ? value : []) {
    if (status !== undefined && (!isFields(each) || textOf(each['status']) !== status)) continue;
    const names = isFields(each) ? [each['name'], each['uuid'], each['mcp_server_uuid']] : [each];
    for (const name of names) if (typeof name === 'string') found.add(name);
  }
  return found;
}
