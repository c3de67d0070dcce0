import type { Fields } from '../document.ts';
import type { RawResult } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

/** Cursor's `mcp.json`. */
export function readCursor(document: Fields): RawResult {
  return readSection(document['mcpServers'], {});
}
