import { type Fields, textsOf } from '../document.ts';
import { type Dialect, type RawResult, readRaw } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = { url: ['serverUrl', 'url'], silent: ['disabledTools', 'registry'] };

/** Windsurf's `mcp_config.json`. */
export function readWindsurf(document: Fields): RawResult {
  return readSection(document['mcpServers'], dialect, (name, fields) => ({
    ...readRaw(name, fields, dialect),
    disabledTools: textsOf(fields['disabledTools']) ?? [],
  }));
}
