import type { IncomingMessage } from 'node:http';

import { AppError } from '@plugboard/contracts';

import {
  assumedVersion,
  isLegacyVersion,
  legacyVersions,
  type LegacyVersion,
} from '../versions.ts';

/**
 * Whether the client takes an event stream as an answer: it names `text/event-stream`, or a wildcard
 * that covers it. A request without an Accept header is taken to want plain JSON.
 */
export function acceptsEventStream(request: IncomingMessage): boolean {
  return accepts(request.headers.accept, 'text', 'event-stream');
}

/** Whether the client takes JSON as an answer; without an Accept header it does. */
export function acceptsJson(request: IncomingMessage): boolean {
  const { accept } = request.headers;
  return accept === undefined || accepts(accept, 'application', 'json');
}

/** Whether the body is declared as JSON in UTF-8, the only form that Streamable HTTP has. */
export function isJsonContent(request: IncomingMessage): boolean {
  const header = request.headers['content-type'];
  if (header === 'application/json') return true;
  if (header === undefined) return false;
  const [type, ...parameters] = header.split(';');
  if (type?.trim().toLowerCase() !== 'application/json') return false;
  return parameters.every((parameter) => {
    const [name, value] = parameter.split('=');
    if (name?.trim().toLowerCase() !== 'charset') return true;
    return /^\s*"?utf-?8"?\s*$/i.test(value ?? '');
  });
}

/**
 * The protocol version that the `MCP-Protocol-Version` header names; without one, what the spec says
 * to assume. Throws `AppError('invalid_input')` for a version this package does not speak.
 */
export function requestedVersion(request: IncomingMessage): LegacyVersion {
  const header = request.headers['mcp-protocol-version'];
  if (header === undefined) return assumedVersion;
  if (typeof header === 'string' && isLegacyVersion(header)) return header;
  throw new AppError(
    'invalid_input',
    `MCP-Protocol-Version must be one of ${legacyVersions.join(', ')}`,
  );
}

function accepts(header: string | undefined, type: string, subtype: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((entry) => {
    const [range, ...parameters] = entry.split(';');
    if (parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/i.test(parameter))) return false;
    const name = range?.trim().toLowerCase();
    return name === '*/*' || name === `${type}/*` || name === `${type}/${subtype}`;
  });
}
