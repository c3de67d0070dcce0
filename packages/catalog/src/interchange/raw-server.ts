import type { Reference } from './imported-server.ts';
import { type Fields, isFields, textOf } from './document.ts';

/** A server as a file has it, its client's words translated and nothing else done. */
export interface RawServer {
  readonly name: string;
  readonly scope?: string | undefined;
  readonly command?: string | undefined;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly url?: string | undefined;
  readonly transport?: 'streamable-http' | 'sse' | undefined;
  readonly headers: ReadonlyMap<string, string>;
  readonly image?: string | undefined;
  /** An entry of a catalog. */
  readonly entry?: string | undefined;
  readonly disabled: boolean;
  readonly allowedTools?: readonly string[] | undefined;
  readonly disabledTools?: readonly string[] | undefined;
  readonly groups?: readonly string[];
  readonly problems: readonly string[];
}

/** What one format's reader makes of a file. */
export interface RawResult {
  readonly servers: readonly RawServer[];
  readonly problems: readonly string[];
  /** What the client asks for, by id. */
  readonly inputs?: ReadonlyMap<string, AskedInput>;
  /** Whether `$NAME` is a reference too. */
  readonly bareReferences?: boolean;
}

export interface AskedInput extends Pick<Reference, 'secret' | 'description'> {
  readonly default?: string;
}

/** How one client words what all of them have. The first field that is there counts. */
export interface Dialect {
  /** A URL without a word about its transport. */
  readonly url?: readonly string[];
  readonly httpUrl?: readonly string[];
  readonly sseUrl?: readonly string[];
  readonly headers?: readonly string[];
  readonly env?: readonly string[];
  /** Fields that mean nothing for a server at Plugboard, and need no word. */
  readonly silent?: readonly string[];
  /** Fields that are not carried over, with what a person should know. */
  readonly told?: Readonly<Record<string, string>>;
}

const everywhere: Readonly<Record<string, string>> = {
  cwd: 'its working folder is not carried over: here each server has a folder of its own',
  envFile: 'its file of variables was not read: give them with --set or in the file itself',
  timeout: 'its time limit is not carried over',
  oauth: 'its OAuth settings are not carried over: connect it here',
  auth: 'its OAuth settings are not carried over: connect it here',
  alwaysAllow: 'tools that never asked are not carried over: agents have what is granted to them',
  autoApprove: 'tools that never asked are not carried over: agents have what is granted to them',
};

/** Reads the fields that nearly all clients share. */
export function readRaw(name: string, fields: Fields, dialect: Dialect = {}): RawServer {
  const problems: string[] = [];
  const known = new Set(['command', 'args', 'type', 'transport', 'disabled', 'enabled', 'name']);
  const first = (keys: readonly string[]) => {
    for (const key of keys) known.add(key);
    return keys.map((key) => fields[key]).find((value) => value !== undefined && value !== null);
  };
  const httpUrl = textOf(first(dialect.httpUrl ?? []));
  const sseUrl = textOf(first(dialect.sseUrl ?? []));
  const url = textOf(first(dialect.url ?? ['url']));
  const type = (textOf(fields['type']) ?? textOf(fields['transport']) ?? '')
    .toLowerCase()
    .replaceAll('_', '-');
  const env = pairsOf('env', first(dialect.env ?? ['env']), problems);
  const headers = pairsOf('headers', first(dialect.headers ?? ['headers']), problems);
  const command = textOf(fields['command']);
  const args = argumentsOf(fields['args'], problems);
  tellOfOthers(fields, known, dialect, problems);
  return {
    name,
    command,
    args,
    env,
    headers,
    url: httpUrl ?? sseUrl ?? url,
    transport:
      httpUrl !== undefined || (sseUrl === undefined && /^(?:streamable-?)?http$/.test(type))
        ? 'streamable-http'
        : sseUrl !== undefined || type === 'sse'
          ? 'sse'
          : undefined,
    disabled: fields['disabled'] === true || fields['enabled'] === false,
    problems,
  };
}

function tellOfOthers(
  fields: Fields,
  known: ReadonlySet<string>,
  { silent = [], told = {} }: Dialect,
  problems: string[],
): void {
  const words = { ...everywhere, ...told };
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (known.has(key) || silent.includes(key) || value === undefined || value === null) continue;
    if (Object.hasOwn(words, key)) problems.push(`${words[key]}.`);
    else unknown.push(shown(key));
  }
  if (unknown.length > 0) problems.push(`not understood and left out: ${unknown.join(', ')}.`);
}

/** A name from a file as it may be shown: short, one line. */
export function shown(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it replaces
  const plain = name.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '�');
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}

/** Variables or headers by name; other types than text as clients write them out. */
export function pairsOf(
  what: string,
  value: unknown,
  problems: string[],
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (value === undefined || value === null) return pairs;
  if (!isFields(value)) {
    problems.push(`its ${what} are not written as names with values and were left out.`);
    return pairs;
  }
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === 'string') pairs.set(name, each);
    else if (typeof each === 'number' || typeof each === 'boolean') pairs.set(name, String(each));
    else problems.push(`${what}: ${shown(name)} has no value and was left out.`);
  }
  return pairs;
}

function argumentsOf(value: unknown, problems: string[]): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return splitWords(value);
  if (!Array.isArray(value)) {
    problems.push('its args are no list and were left out.');
    return [];
  }
  return value.flatMap((each) => {
    if (typeof each === 'string') return [each];
    if (typeof each === 'number' || typeof each === 'boolean') return [String(each)];
    problems.push('an argument that is no text was left out.');
    return [];
  });
}

/** Splits a command line into words as a shell would, understanding quotes and nothing else. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else if (character === '\\' && quote === '"' && /["\\$`]/.test(line.charAt(at + 1))) {
        at += 1;
        word += line.charAt(at);
      } else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && at + 1 < line.length) {
      at += 1;
      if (line.charAt(at) !== '\n') word = (word ?? '') + line.charAt(at);
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}
