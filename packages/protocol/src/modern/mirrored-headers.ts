import { lastMember } from '../json/members.ts';
import { readString } from '../json/string.ts';
import { isRecord, ownValue } from '../json/record.ts';
import {
  decodeHeaderValue,
  encodeHeaderValue,
  headerValue,
  type RequestHeaders,
} from './header-value.ts';
import { modernCodes, ModernError } from './modern-error.ts';
import { readRequestMeta, type RequestMeta, requireModernVersion } from './request-meta.ts';

/** The member of `params` that `Mcp-Name` repeats. */
const namedBy: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/**
 * The headers that repeat a modern request's method and what it names, for HTTP (MCP 2026-07-28,
 * transports). `params` is raw. `MCP-Protocol-Version` is not among them.
 */
export function mirroredHeaders(
  method: string,
  params: Buffer | undefined,
): Readonly<Record<string, string>> {
  const headers = { 'mcp-method': encodeHeaderValue(method) };
  const key = nameKeyOf(method);
  const range = key && params && lastMember(params, { start: 0, end: params.length }, key);
  const name = params && range && readString(params, range);
  return name === undefined || name === ''
    ? headers
    : { ...headers, 'mcp-name': encodeHeaderValue(name) };
}

/**
 * Reads a modern request's `_meta` and checks the headers that must repeat its body, in the order in
 * which the specification's errors take precedence. `params` is parsed. Throws `ModernError`: -32602
 * for `_meta`, -32020 for headers, -32022 for the version.
 */
export function checkRequest(
  headers: RequestHeaders,
  method: string,
  params: unknown,
): RequestMeta {
  const meta = readRequestMeta(params);
  checkVersionHeader(headers, meta.protocolVersion);
  requireModernVersion(meta.protocolVersion);
  checkMirroredHeaders(headers, method, params);
  return meta;
}

/** Throws `ModernError` -32020 unless `MCP-Protocol-Version` says what the body does. */
function checkVersionHeader(headers: RequestHeaders, protocolVersion: string): void {
  compare(
    'MCP-Protocol-Version',
    headerValue(headers, 'mcp-protocol-version'),
    protocolVersion,
    '_meta',
  );
}

/**
 * Throws `ModernError` -32020 unless `Mcp-Method` and, where the method names something, `Mcp-Name`
 * are there and say what the body does. Values are compared exactly, after decoding.
 */
function checkMirroredHeaders(headers: RequestHeaders, method: string, params: unknown): void {
  compare('Mcp-Method', headerValue(headers, 'mcp-method'), method, 'method');
  const key = nameKeyOf(method);
  if (key === undefined) return;
  const header = headerValue(headers, 'mcp-name');
  const name = isRecord(params) ? ownValue(params, key) : undefined;
  // Without a name in the body there is nothing to repeat, and the method itself will refuse it.
  if (header === undefined && typeof name !== 'string') return;
  compare('Mcp-Name', header, name, `params.${key}`);
}

/** Throws `ModernError` -32020 unless a header is there and repeats a value of the body. */
function compare(
  header: string,
  value: string | undefined,
  expected: unknown,
  where: string,
): void {
  if (value === undefined) throw headerMismatch(header, `is missing; it repeats ${where}`);
  const decoded = decodeHeaderValue(value);
  if (decoded === undefined) throw headerMismatch(header, 'holds no valid base64 of UTF-8');
  if (decoded !== expected) throw headerMismatch(header, `differs from ${where} in the body`);
}

export function headerMismatch(header: string, fault: string): ModernError {
  return new ModernError(modernCodes.headerMismatch, `The header ${header} ${fault}.`, {
    data: { header },
  });
}

function nameKeyOf(method: string): string | undefined {
  return Object.hasOwn(namedBy, method) ? namedBy[method] : undefined;
}
