import type { Fields } from '../document.ts';
import type { RawResult } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

/** `claude_desktop_config.json`, and every client that writes `mcpServers` in the same way. */
export function readClaudeDesktop(document: Fields): RawResult {
  return readSection(document['mcpServers'], {});
}
