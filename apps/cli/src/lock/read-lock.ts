import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import {
  findUnsafePart,
  type LockDocument,
  lockDocumentSchema,
  maxLockBytes,
} from '@plugboard/contracts/api';
import { type Document, isAlias, isScalar, LineCounter, parseDocument, visit } from 'yaml';

import { CliError } from '../cli-error.ts';

/** One thing that is wrong with a document, and where. */
export interface LockFault {
  readonly line: number | undefined;
  /** Such as `grants.0.level`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

const shownFaults = 20;

/** Reads a lock file. Throws a `CliError` that has all that is wrong with it, with line numbers. */
export async function readLock(file: string, cwd: string): Promise<LockDocument> {
  const target = path.resolve(cwd, file);
  const read = parseLock(await readText(target, file));
  if ('document' in read) return read.document;
  const lines = read.faults
    .slice(0, shownFaults)
    .map(({ line, path: at, message }) =>
      [`  ${file}${line === undefined ? '' : `:${line}`}`, at, message].filter(Boolean).join(': '),
    );
  const more = read.faults.length - lines.length;
  if (more > 0) lines.push(`  and ${more} more`);
  throw new CliError('failed', `${file} is no lock document:\n${lines.join('\n')}`, {
    code: 'invalid_input',
    cure: 'mend it, or write it anew with: plugboard lock',
  });
}

async function readText(target: string, file: string): Promise<string> {
  try {
    const { size } = await stat(target);
    if (size > maxLockBytes) {
      throw new CliError(
        'failed',
        `${file} is larger than the 5 MB that a lock document may have.`,
      );
    }
    return await readFile(target, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('failed', `${file} cannot be read.`, {
      cause: error,
      cure: 'write one with: plugboard lock',
    });
  }
}

/**
 * Parses YAML 1.2 (or JSON, which is YAML) without anything that could mean more than it shows:
 * aliases, merges, tags, keys twice, and keys such as `__proto__` are refused.
 */
export function parseLock(
  text: string,
): { readonly document: LockDocument } | { readonly faults: readonly LockFault[] } {
  if (Buffer.byteLength(text) > maxLockBytes) {
    return { faults: [{ line: undefined, path: '', message: 'is larger than 5 MB' }] };
  }
  if (isNestedDeeply(text)) return tooDeep;
  const lines = new LineCounter();
  try {
    return parse(text, lines);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return tooDeep;
  }
}

const tooDeep = { faults: [{ line: undefined, path: '', message: 'is nested too deeply' }] };

/** Before the parser, which takes seconds for it: brackets that are opened and not closed. */
function isNestedDeeply(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > 200) return true;
    depth = Math.max(depth, 0);
  }
  return false;
}

function parse(text: string, lines: LineCounter): ReturnType<typeof parseLock> {
  const yaml = parseDocument(text, {
    lineCounter: lines,
    // Looked for below: the parser's own look takes the square of their number.
    uniqueKeys: false,
    merge: false,
    version: '1.2',
    schema: 'core',
    strict: true,
    prettyErrors: false,
    keepSourceTokens: false,
  });
  const lineAt = (offset: number | undefined) =>
    offset === undefined ? undefined : lines.linePos(offset).line;
  const broken = [...yaml.errors, ...yaml.warnings];
  if (broken.length > 0) {
    return {
      faults: broken.map(({ pos, message }) => ({ line: lineAt(pos[0]), path: '', message })),
    };
  }
  const faults: LockFault[] = [];
  const tell = (offset: number | undefined, message: string) =>
    void faults.push({ line: lineAt(offset), path: '', message });
  visit(yaml, {
    Node: (_key, node) => {
      const isAnchored = 'anchor' in node && node.anchor !== undefined;
      if (isAlias(node) || isAnchored) {
        tell(node.range?.[0], 'anchors and aliases are refused: write it out');
      }
    },
    Map: (_key, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        const offset = isScalar(key) ? key.range?.[0] : undefined;
        if (name === undefined) tell(offset, 'a key has to be a name');
        else if (seen.has(name)) tell(offset, `the key "${name}" is there twice`);
        else seen.add(name);
      }
    },
  });
  if (faults.length > 0) return { faults };

  const value: unknown = yaml.toJS({ maxAliasCount: 0 });
  const unsafe = findUnsafePart(value);
  if (unsafe) return { faults: [faultAt(yaml, lineAt, unsafe.path, unsafe.message)] };
  const parsed = lockDocumentSchema.safeParse(value);
  if (parsed.success) return { document: parsed.data };
  return {
    faults: parsed.error.issues.map((issue) =>
      faultAt(
        yaml,
        lineAt,
        issue.code === 'unrecognized_keys'
          ? [...issue.path, ...issue.keys.slice(0, 1)]
          : issue.path,
        issue.message,
      ),
    ),
  };
}

function faultAt(
  yaml: Document,
  lineAt: (offset: number | undefined) => number | undefined,
  at: readonly PropertyKey[],
  message: string,
): LockFault {
  return { line: lineAt(offsetOf(yaml, at)), path: at.map(String).join('.'), message };
}

/** Where a part stands; of one that is missing, where its owner does. */
function offsetOf(yaml: Document, at: readonly PropertyKey[]): number | undefined {
  for (let length = at.length; length >= 0; length -= 1) {
    const node: unknown =
      length === 0 ? yaml.contents : yaml.getIn(at.slice(0, length).map(String), true);
    const range = typeof node === 'object' && node !== null && 'range' in node && node.range;
    if (Array.isArray(range) && typeof range[0] === 'number') return range[0];
  }
  return undefined;
}
