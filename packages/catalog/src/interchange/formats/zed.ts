import { type Fields, isFields } from '../document.ts';
import { type Dialect, pairsOf, type RawResult, type RawServer, readRaw } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = {
  silent: ['source'],
  told: { settings: 'settings of a Zed extension are not carried over' },
};

/** Zed's `settings.json`; older ones have the command as an object. */
export function readZed(document: Fields): RawResult {
  return readSection(document['context_servers'], dialect, readServer);
}

function readServer(name: string, fields: Fields): RawServer {
  const { command } = fields;
  if (!isFields(command)) return readRaw(name, fields, dialect);
  const { args, env, path } = command;
  const problems: string[] = [];
  const raw = readRaw(name, { ...fields, command: path, args: args ?? [] }, dialect);
  return {
    ...raw,
    env: new Map([...raw.env, ...pairsOf('env', env, problems)]),
    problems: [...raw.problems, ...problems],
  };
}
