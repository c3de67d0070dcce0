import type { FieldProblem } from './field-problem.ts';

/** The engines whose connection strings can be made of parts, with their schemes and usual ports. */
const engines = new Map([
  ['postgres', { schemes: ['postgres:', 'postgresql:'], port: 5432 }],
  ['mysql', { schemes: ['mysql:'], port: 3306 }],
  ['mariadb', { schemes: ['mariadb:'], port: 3306 }],
  ['sqlserver', { schemes: ['sqlserver:', 'mssql:'], port: 1433 }],
  ['mongodb', { schemes: ['mongodb:', 'mongodb+srv:'], port: 27017 }],
  ['redis', { schemes: ['redis:', 'rediss:'], port: 6379 }],
  ['oracle', { schemes: ['oracle:'], port: 1521 }],
]);

const engineNames = [...engines.keys()].join(', ');
const partNames = ['engine', 'host', 'port', 'database', 'username', 'password'] as const;
type Parts = Partial<Record<(typeof partNames)[number], string>>;

export const databaseFields: readonly string[] = ['dsn', ...partNames];

export interface ReadDatabase {
  /** What is sealed: the connection string, and its parts where it has them. */
  readonly fields: Readonly<Record<string, string>>;
  /** Without the password. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly password: string | undefined;
  readonly problems: readonly FieldProblem[];
}

/** Reads a connection string, or makes one of its parts. */
export function readDatabase(given: Readonly<Record<string, string>>): ReadDatabase {
  return given['dsn'] === undefined ? fromParts(given) : fromDsn(given, given['dsn']);
}

function fromDsn(given: Readonly<Record<string, string>>, dsn: string): ReadDatabase {
  if (Object.keys(given).length > 1) {
    return refused('dsn', 'says it all: give it alone, or the parts without it.');
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u0020\u007f]/.test(dsn)) {
    return refused('dsn', 'holds a space, a line break or a control character; write it as %20.');
  }
  // A list of hosts is no URL, but the first of it makes one.
  const single = dsn.replace(/^([a-z+]+:\/\/(?:[^/?#]*@)?[^/?#,@]*),[^/?#@]*/, '$1');
  if (!URL.canParse(single)) {
    return refused(
      'dsn',
      'is no connection string, such as postgres://user:password@host/database. Characters like @, / and # in a password are written as %40, %2F and %23.',
    );
  }
  const url = new URL(single);
  if (url.protocol === 'sqlite:') {
    return { fields: { dsn }, facts: { engine: 'sqlite' }, password: undefined, problems: [] };
  }
  const engine = engineOf(url.protocol);
  if (engine === undefined) {
    return refused('dsn', `must begin with one of ${[...schemes()].join('// ')}//.`);
  }
  if (url.hostname === '') return refused('dsn', 'names no host.');
  const parts = {
    engine,
    host: url.hostname,
    port: url.port,
    database: decode(url.pathname.slice(1)),
    username: decode(url.username),
    password: decode(url.password),
  };
  return read({ ...withoutEmpty(parts) }, dsn);
}

function fromParts(given: Readonly<Record<string, string>>): ReadDatabase {
  const parts: Parts = withoutEmpty(given);
  const { engine = '', host, port } = parts;
  const known = engines.get(engine);
  if (!known) return refused('engine', `must be one of ${engineNames}; or give a dsn.`);
  if (host === undefined) return refused('host', 'is missing; or give a dsn.');
  if (!/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/.test(host)) {
    return refused('host', 'must be a host name or an address, without scheme, port or path.');
  }
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    return refused('port', 'must be a number up to 65535.');
  }
  const { username, password, database } = parts;
  const user = username === undefined ? '' : encodeURIComponent(username);
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const at = user + secret === '' ? '' : '@';
  const path = database === undefined ? '' : `/${encodeURIComponent(database)}`;
  const dsn = `${known.schemes[0]}//${user}${secret}${at}${host}:${port ?? known.port}${path}`;
  return read({ ...parts, port: port ?? String(known.port) }, dsn);
}

function read(parts: Parts, dsn: string): ReadDatabase {
  const { password, ...shown } = parts;
  return { fields: { ...parts, dsn }, facts: shown, password, problems: [] };
}

function engineOf(scheme: string): string | undefined {
  return [...engines].find(([, { schemes }]) => schemes.includes(scheme))?.[0];
}

function schemes(): readonly string[] {
  return [...engines.values()].flatMap((engine) => engine.schemes);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutEmpty<T extends Readonly<Record<string, string>>>(given: T): Partial<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the keys' type
  return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== '')) as Partial<T>;
}

function refused(field: string, message: string): ReadDatabase {
  return { fields: {}, facts: {}, password: undefined, problems: [{ field, message }] };
}
