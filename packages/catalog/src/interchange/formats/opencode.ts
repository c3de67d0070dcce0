import { type Fields, textsOf } from '../document.ts';
import { type Dialect, type RawResult, readRaw } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = { env: ['environment', 'env'] };

/** opencode's `opencode.json`, whose command is a list. */
export function readOpencode(document: Fields): RawResult {
  return readSection(document['mcp'], dialect, (name, fields) => {
    const [command, ...args] = textsOf(fields['command']) ?? [];
    return readRaw(name, command === undefined ? fields : { ...fields, command, args }, dialect);
  });
}
