import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A secret that is looked for everywhere, and what it looks like where it leaked. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  readonly forms: readonly (readonly [form: string, bytes: Buffer])[];
}

/** Which canary was seen, in which form, and where. */
export type Sighting = string;

/** A secret of this kind: characters of all sorts unless `value` says what it is. */
export function canary(
  name: string,
  value = `Cn+${randomBytes(15).toString('hex')}/${name.replaceAll(' ', '-')}`,
): Canary {
  return {
    name,
    value,
    forms: [...formsOf(value)].map(([form, text]) => [form, Buffer.from(text)]),
  };
}

/**
 * All forms in which programs write down a text. Knows nothing of the code that redacts, so that what
 * is missing there is found.
 */
function* formsOf(value: string): Iterable<[string, string]> {
  const bytes = Buffer.from(value);
  yield ['clear', value];
  yield ['JSON', JSON.stringify(value).slice(1, -1)];
  yield ['URL', encodeURIComponent(value)];
  yield ['hex', bytes.toString('hex')];
  yield ['HEX', bytes.toString('hex').toUpperCase()];
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Without the characters at the ends, which depend on what is beside it.
    const inner = text.slice(before === 0 ? 0 : before + 1, -4);
    yield [`base64+${before}`, inner];
    yield [`base64url+${before}`, inner.replaceAll('+', '-').replaceAll('/', '_')];
  }
}

export function lookInBytes(canaries: readonly Canary[], where: string, bytes: Buffer): Sighting[] {
  return canaries.flatMap(({ name, forms }) =>
    forms
      .filter(([, form]) => bytes.includes(form))
      .map(([form]) => `${name} as ${form} in ${where}`),
  );
}

export function lookInText(canaries: readonly Canary[], where: string, text: string): Sighting[] {
  return lookInBytes(canaries, where, Buffer.from(text));
}

/** Looks into every file below a folder, sockets and pipes left out. */
export async function lookInFolder(
  canaries: readonly Canary[],
  folder: string,
): Promise<Sighting[]> {
  const found: Sighting[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const where = path.relative(folder, file);
    found.push(...lookInText(canaries, `the name of ${where}`, where));
    if (!entry.isFile()) continue;
    // Temporary ones go while we read.
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes) found.push(...lookInBytes(canaries, where, bytes));
  }
  return found;
}

/** Looks at what every process on this machine was started with. */
export async function lookAtProcesses(canaries: readonly Canary[]): Promise<Sighting[]> {
  const found: Sighting[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`).catch(() => undefined);
    if (words) found.push(...lookInBytes(canaries, `the command line of ${pid}`, words));
  }
  return found;
}

type Query = (query: string) => Promise<readonly Record<string, unknown>[]>;

/** Looks into every row of every table, of all organizations, bytes as the text that they may be. */
export async function lookInTables(canaries: readonly Canary[], query: Query): Promise<Sighting[]> {
  const tables = await query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found: Sighting[] = [];
  for (const { name } of tables) {
    const table = String(name);
    for (const row of await query(`select * from "${table}"`)) {
      for (const [column, value] of Object.entries(row)) {
        if (value === null || value === undefined) continue;
        const bytes = Buffer.isBuffer(value)
          ? value
          : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
        found.push(...lookInBytes(canaries, `${table}.${column}`, bytes));
      }
    }
  }
  return found;
}
