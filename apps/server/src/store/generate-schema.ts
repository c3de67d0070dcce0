import { Client } from 'pg';

import { clientConfig, type Connection } from './pool.ts';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly defaulted: boolean;
  readonly words: readonly string[] | null;
}

const typeNames: Readonly<Record<string, string>> = {
  _text: 'string[]',
  _uuid: 'string[]',
  bool: 'boolean',
  bytea: 'Buffer',
  float4: 'number',
  float8: 'number',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  jsonb: 'Json',
  text: 'string',
  timestamptz: 'Timestamp',
  uuid: 'string',
};

/** Writes the types of the tables in the public schema as Kysely wants them, from a live database. */
export async function generateSchema(connection: Connection): Promise<string> {
  const client = new Client(clientConfig(connection, 'schema'));
  await client.connect();
  try {
    const { rows } = await client.query<Column>(columnsQuery);
    return render(Map.groupBy(rows, (row) => row.table));
  } finally {
    await client.end();
  }
}

/** `words` are those of a check such as `level in ('read', 'write')` on a text column. */
const columnsQuery = `
  select c.relname as table, a.attname as column, t.typname as type,
         not a.attnotnull as nullable, a.atthasdef as defaulted,
         (select array_agg(w.word[1]) from pg_constraint k,
                 regexp_matches(pg_get_constraintdef(k.oid), '''([^'']+)''::text', 'g') as w (word)
           where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
             and pg_get_constraintdef(k.oid) ~ '^CHECK \\(\\(\\w+ = ANY \\(ARRAY\\[') as words
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  order by c.relname, a.attnum`;

function render(tables: ReadonlyMap<string, readonly Column[]>): string {
  const interfaces = [...tables].map(
    ([table, columns]) =>
      `export interface ${typeName(table)} {\n${columns.map(renderColumn).join('')}}\n`,
  );
  const names = [...tables.keys()].map((table) => `  ${table}: ${typeName(table)};\n`);
  return `${header}\n${interfaces.join('\n')}\nexport interface Database {\n${names.join('')}}\n`;
}

const header = `// Generated from the migrated schema by generate-schema.ts. Do not edit.
import type { ColumnType, Generated } from 'kysely';

/** Read as parsed, written as JSON text. */
type Json = ColumnType<unknown, string, string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type GeneratedJson = ColumnType<unknown, string | undefined, string>;
`;

function renderColumn({ table, column, type, nullable, defaulted, words }: Column): string {
  const plain = typeNames[type];
  if (plain === undefined) throw new Error(`no type for ${table}.${column}: ${type}`);
  let name = words ? words.map((word) => `'${word}'`).join(' | ') : plain;
  if (nullable) name = `${name} | null`;
  if (defaulted) {
    if (plain === 'Timestamp' || plain === 'Json') name = `Generated${name}`;
    else name = `Generated<${name}>`;
  }
  const line = `  ${column}: ${name};`;
  // As the formatter would have it.
  if (!words || line.length <= 100) return `${line}\n`;
  return `  ${column}:\n${name.replaceAll(/(?:^| \| )(?=\S)/g, '\n    | ').slice(1)};\n`;
}

function typeName(table: string): string {
  return table
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
