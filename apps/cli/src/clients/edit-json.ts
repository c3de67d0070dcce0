import { isDeepStrictEqual } from 'node:util';

import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

import { CliError } from '../cli-error.ts';

type Entry = Readonly<Record<string, unknown>>;

/**
 * Puts one entry into a section of a JSON configuration, with or without comments. Everything else
 * stays byte for byte. Throws when the text is not JSON, rather than lose what it holds.
 */
export function setJsonEntry(text: string, section: string, name: string, entry: Entry): string {
  if (text.trim() === '') return `${JSON.stringify({ [section]: { [name]: entry } }, null, 2)}\n`;
  const root = parseObject(text, section);
  const servers = findNodeAtLocation(root, [section]);
  if (servers === undefined) return insert(text, root, 1, section, { [name]: entry });
  if (servers.type !== 'object') throw noSection(section);
  const present = findNodeAtLocation(servers, [name]);
  if (present === undefined) return insert(text, servers, 2, name, entry);
  if (isDeepStrictEqual(getNodeValue(present), entry)) return text;
  const end = present.offset + present.length;
  return text.slice(0, present.offset) + write(text, entry, 2) + text.slice(end);
}

/**
 * Adds items to a list at the top of a JSON configuration, but for those whose id is there already.
 * Everything else stays as it is. Throws as `setJsonEntry` does.
 */
export function addJsonItems(
  text: string,
  section: string,
  items: readonly Readonly<Record<string, unknown>>[],
): string {
  const { indent } = styleOf(text);
  const isTab = indent === '\t';
  const formattingOptions = { insertSpaces: !isTab, tabSize: isTab ? 1 : indent.length };
  return items.reduce((changed, item) => {
    const list = findNodeAtLocation(parseObject(changed, section), [section]);
    if (list && list.type !== 'array') throw noSection(section);
    const ids = (list?.children ?? []).map(
      (each) => findNodeAtLocation(each, ['id'])?.value as unknown,
    );
    if (ids.includes(item['id'])) return changed;
    const path = list ? [section, -1] : [section];
    const edits = modify(changed, path, list ? item : [item], {
      formattingOptions,
      isArrayInsertion: list !== undefined,
    });
    return applyEdits(changed, edits);
  }, text);
}

function parseObject(text: string, section: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const fault = printParseErrorCode(error.error);
    const line = text.slice(0, error.offset).split('\n').length;
    throw new CliError('failed', `it is not JSON: ${fault} in line ${line}`);
  }
  if (root?.type !== 'object') throw noSection(section);
  return root;
}

function noSection(section: string): CliError {
  return new CliError('failed', `it holds no object "${section}" where servers belong`);
}

/** Adds a property as the last one of an object, after the comment that ends the line before it. */
function insert(text: string, object: Node, depth: number, key: string, value: Entry): string {
  const { indent, eol } = styleOf(text);
  const last = object.children?.at(-1);
  const lastEnd = last === undefined ? object.offset + 1 : last.offset + last.length;
  const gap = readGap(text, lastEnd);
  const comma = last === undefined || gap.comma ? '' : ',';
  const property = `${JSON.stringify(key)}: ${write(text, value, depth)}${gap.comma ? ',' : ''}`;
  return [
    text.slice(0, lastEnd),
    comma,
    text.slice(lastEnd, gap.end),
    eol + indent.repeat(depth) + property,
    gap.lineBreak ? '' : eol + indent.repeat(depth - 1),
    gap.lineBreak ? text.slice(gap.end) : text.slice(gap.end).trimStart(),
  ].join('');
}

/** What follows the last property: a comma, comments on its line, and whether the line ends there. */
function readGap(text: string, start: number): { comma: boolean; end: number; lineBreak: boolean } {
  const scanner = createScanner(text, false);
  scanner.setPosition(start);
  let comma = false;
  let end = start;
  let lineBreak = false;
  for (;;) {
    scanner.scan();
    const token = text.slice(scanner.getTokenOffset(), scanner.getPosition());
    if (token === '' || token === '}') return { comma, end, lineBreak };
    const isComment = token.startsWith('//') || token.startsWith('/*');
    if (token === ',' || (isComment && !lineBreak)) end = scanner.getPosition();
    if (token === ',') {
      comma = true;
      lineBreak = false;
    }
    if (/^[\r\n]/.test(token)) lineBreak = true;
  }
}

/** A value in the file's own style, for a line at this depth. */
function write(text: string, value: Entry, depth: number): string {
  const { indent, eol } = styleOf(text);
  return JSON.stringify(value, null, indent).replaceAll('\n', eol + indent.repeat(depth));
}

function styleOf(text: string): { indent: string; eol: string } {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  return {
    indent: indent.startsWith('\t') ? '\t' : indent,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
