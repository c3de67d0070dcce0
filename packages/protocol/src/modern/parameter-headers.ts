import type { HeaderParameter } from './header-parameters.ts';
import {
  decodeHeaderValue,
  encodeHeaderValue,
  headerValue,
  type RequestHeaders,
} from './header-value.ts';
import { headerMismatch } from './mirrored-headers.ts';
import { isRecord, ownValue } from '../json/record.ts';

const prefix = 'Mcp-Param-';

/**
 * The `Mcp-Param-*` headers of a `tools/call` (MCP 2026-07-28, transports). `args` is its parsed
 * `arguments`. What is absent, null, or no text, boolean or exact integer has no header.
 */
export function parameterHeaders(
  parameters: readonly HeaderParameter[],
  args: unknown,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { header, path } of parameters) {
    const text = textOf(argumentAt(args, path));
    if (text !== undefined) headers[prefix + header] = encodeHeaderValue(text);
  }
  return headers;
}

/**
 * Throws `ModernError` -32020 unless each argument that a header must repeat is there with the same
 * value, and no such header speaks of an argument that is absent: what routes by headers must not be
 * told another story than the tool. Integers are compared as numbers. `args` is parsed.
 */
export function checkParameterHeaders(
  headers: RequestHeaders,
  parameters: readonly HeaderParameter[],
  args: unknown,
): void {
  for (const { header, path, type } of parameters) {
    const name = prefix + header;
    const value = headerValue(headers, name.toLowerCase());
    const argument = argumentAt(args, path);
    const text = textOf(argument);
    const where = `arguments.${path.join('.')}`;
    if (value === undefined) {
      if (text === undefined) continue;
      throw headerMismatch(name, `is missing; it repeats ${where}`);
    }
    const decoded = decodeHeaderValue(value);
    if (decoded === undefined) throw headerMismatch(name, 'holds no valid base64 of UTF-8');
    const isSame =
      type === 'integer' && typeof argument === 'number' && text !== undefined
        ? /^-?\d+(?:\.0+)?$/.test(decoded) && Number(decoded) === argument
        : decoded === text;
    if (!isSame) throw headerMismatch(name, `differs from ${where} in the body`);
  }
}

/**
 * The `Mcp-Param-*` headers of a request that `parameters` do not account for: an intermediary passes
 * them on as they are.
 */
export function otherParameterHeaders(
  headers: RequestHeaders,
  parameters: readonly HeaderParameter[],
): Readonly<Record<string, string>> {
  const known = new Set(parameters.map(({ header }) => (prefix + header).toLowerCase()));
  const others: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(prefix.toLowerCase()) || known.has(name)) continue;
    const value = headerValue(headers, name);
    if (value !== undefined) others[name] = value;
  }
  return others;
}

function argumentAt(args: unknown, path: readonly string[]): unknown {
  let at = args;
  for (const key of path) at = isRecord(at) ? ownValue(at, key) : undefined;
  return at;
}

/** A value as headers spell it; undefined for what headers cannot repeat. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return undefined;
  // Beyond the safe integers several texts are one number, so none of them can be called the same.
  if (Number.isInteger(value)) return Number.isSafeInteger(value) ? String(value) : undefined;
  return Number.isFinite(value) ? String(value) : undefined;
}
