import { applyEdits, modify, parse, type ParseError, printParseErrorCode } from 'jsonc-parser';

import { CliError } from '../cli-error.ts';

/**
 * Puts one entry into a section of a JSON configuration, with or without comments. Everything else
 * stays byte for byte. Throws when the text is not JSON, rather than lose what it holds.
 */
export function setJsonEntry(
  text: string,
  section: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): string {
  if (text.trim() === '') return `${JSON.stringify({ [section]: { [name]: entry } }, null, 2)}\n`;
  const errors: ParseError[] = [];
  const content: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length;
    throw new CliError(
      'failed',
      `it is not JSON: ${printParseErrorCode(error.error)} in line ${line}`,
    );
  }
  if (!isObject(content) || !isObject(content[section] ?? {})) {
    throw new CliError('failed', `it holds no object "${section}" where servers belong`);
  }
  const edits = modify(text, [section, name], entry, { formattingOptions: formattingOf(text) });
  return applyEdits(text, edits);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes as the file is written. */
function formattingOf(text: string): { insertSpaces: boolean; tabSize: number; eol: string } {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
