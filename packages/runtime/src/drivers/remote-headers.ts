import { AppError } from '@plugboard/contracts';

import type { InjectedSecret } from '../instance.ts';

/** The transport's own, which a setting must not bend. */
const reserved = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a header is the transport's own, which no setting and no secret may be. */
export function isReservedHeader(name: string): boolean {
  return reserved.has(name.toLowerCase());
}

/**
 * The headers of every request to a remote server; secret ones win over plain ones of the same name.
 * Throws `AppError('invalid_input')` that names the header and never its value.
 */
export function remoteHeaders(
  plain: Readonly<Record<string, string>>,
  secrets: readonly InjectedSecret[],
): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(plain)) headers.set(checkName(name), value);
  for (const { slot, place, value } of secrets) {
    if (place !== 'header') {
      throw new AppError(
        'invalid_input',
        `A remote server gets secrets as headers, not ${slot} as ${place}.`,
      );
    }
    headers.set(checkName(slot), value.reveal());
  }
  for (const [name, value] of headers) checkValue(name, value);
  return Object.fromEntries(headers);
}

function checkName(name: string): string {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    throw new AppError('invalid_input', `${JSON.stringify(name)} cannot be the name of a header.`);
  }
  const lower = name.toLowerCase();
  if (!isReservedHeader(lower)) return lower;
  throw new AppError('invalid_input', `The header ${name} is the transport's own; leave it out.`);
}

/** RFC 9110 section 5.5; a line break would begin another header. */
function checkValue(name: string, value: string): void {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value) && value === value.trim()) return;
  throw new AppError(
    'invalid_input',
    `The value of the header ${name} has a line break, a space at an end, or a character that headers cannot carry.`,
  );
}
