import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

/** An object of a configuration: without a prototype, so that no key of it means anything else. */
export type Fields = Readonly<Record<string, unknown>>;

const maxDepth = 64;

/** A text that could not be read; the message says in which line, and quotes nothing of it. */
export class UnreadableText extends Error {}

/** Reads JSON with comments and trailing commas. Throws `UnreadableText`. */
export function readJson(text: string): unknown {
  return guarded('JSON', () => {
    const errors: ParseError[] = [];
    const root = parseTree(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error || !root) {
      const line = text.slice(0, error?.offset ?? 0).split('\n').length;
      throw new UnreadableText(`It is not JSON: line ${line} cannot be read.`);
    }
    return fromNode(root, 0);
  });
}

/** Reads TOML. Throws `UnreadableText`. */
export function readToml(text: string): unknown {
  return guarded('TOML', () => copied(parseToml(text), 0));
}

/** Reads YAML, without tags and with few aliases. Throws `UnreadableText`. */
export function readYaml(text: string): unknown {
  return guarded('YAML', () =>
    copied(parseYaml(text, { maxAliasCount: 20, schema: 'core', logLevel: 'silent' }), 0),
  );
}

function guarded(what: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableText) throw error;
    if (error instanceof RangeError) throw tooDeep();
    // The parsers' own messages quote the text, which may hold secrets.
    const line = lineOf(error);
    throw new UnreadableText(
      `It is not ${what}${line === undefined ? '' : `: line ${line} cannot be read`}.`,
    );
  }
}

function lineOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('line' in error && typeof error.line === 'number') return error.line;
  if ('linePos' in error && Array.isArray(error.linePos)) {
    const [start]: unknown[] = error.linePos;
    if (typeof start === 'object' && start !== null && 'line' in start) return Number(start.line);
  }
  return undefined;
}

function tooDeep(): UnreadableText {
  return new UnreadableText('It is nested too deeply to be a configuration.');
}

function fromNode(node: Node, depth: number): unknown {
  if (depth > maxDepth) throw tooDeep();
  if (node.type === 'array') {
    return (node.children ?? []).map((child) => fromNode(child, depth + 1));
  }
  if (node.type !== 'object') return node.value;
  const object = emptyObject();
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (typeof key?.value === 'string' && value) object[key.value] = fromNode(value, depth + 1);
  }
  return object;
}

function copied(value: unknown, depth: number): unknown {
  if (depth > maxDepth) throw tooDeep();
  if (Array.isArray(value)) return value.map((each) => copied(each, depth + 1));
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  const object = emptyObject();
  for (const [key, each] of Object.entries(value)) object[key] = copied(each, depth + 1);
  return object;
}

function emptyObject(): Record<string, unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.create knows no types
  return Object.create(null) as Record<string, unknown>;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in an object or a list, by their name. */
export function namedFields(value: unknown): [string, Fields][] {
  if (Array.isArray(value)) {
    return value.filter(isFields).map((each, at) => [textOf(each['name']) ?? `#${at + 1}`, each]);
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    isFields(each) ? [[name, each] satisfies [string, Fields]] : [],
  );
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function textsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((each) => typeof each === 'string');
}
