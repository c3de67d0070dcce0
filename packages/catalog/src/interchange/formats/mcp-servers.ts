import { type Fields, isFields, namedFields } from '../document.ts';
import { type Dialect, type RawResult, type RawServer, readRaw, shown } from '../raw-server.ts';

/** Reads an object of servers by name, as nearly all clients have it. */
export function readSection(
  section: unknown,
  dialect: Dialect,
  read: (name: string, fields: Fields) => RawServer = (name, fields) =>
    readRaw(name, fields, dialect),
): RawResult {
  if (!isFields(section)) return { servers: [], problems: ['It holds no servers.'] };
  const problems = Object.entries(section)
    .filter(([, value]) => !isFields(value))
    .map(([name]) => `${shown(name)} is no server and was left out.`);
  return { servers: namedFields(section).map(([name, fields]) => read(name, fields)), problems };
}
