import { text as readAll } from 'node:stream/consumers';

import type { Terminal } from '../terminal.ts';
import { CliError } from '../cli-error.ts';

/**
 * Reads a tool's arguments: one JSON object, `-` for one on stdin, or `key=value` pairs. A value that
 * reads as JSON (a number, true, a list, a quoted text) is that; anything else is text.
 */
export async function parseCallArguments(
  given: readonly string[],
  terminal: Terminal,
): Promise<Record<string, unknown>> {
  const [first, ...others] = given;
  if (first === '-' && others.length === 0) return parseObject(await readAll(terminal.stdin));
  if (first?.trimStart().startsWith('{') && others.length === 0) return parseObject(first);
  return Object.fromEntries(given.map(parsePair));
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError('usage', `The arguments are not JSON: ${reason}.`, { cause: error });
  }
  throw new CliError('usage', 'The arguments must be a JSON object, such as {"path": "/tmp"}.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsePair(pair: string): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) {
    throw new CliError(
      'usage',
      `"${pair}" is neither a JSON object nor key=value. Write arguments as path=/tmp or '{"path": "/tmp"}'.`,
    );
  }
  return [pair.slice(0, at), parseValue(pair.slice(at + 1))];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
