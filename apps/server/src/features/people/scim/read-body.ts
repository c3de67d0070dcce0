import { AppError } from '@plugboard/contracts';

import { scimError } from './scim-error.ts';

/** Enough for a group of some thousands. */
export const maxBodyBytes = 256 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The body as a JSON object. Throws when it is none, or too large, without reading on. */
export async function readBody({ body, headers }: Request): Promise<JsonObject> {
  const [type = ''] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  if (!['application/scim+json', 'application/json'].includes(type.trim())) {
    throw scimError('invalidSyntax', 'The body is application/scim+json.');
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new AppError('payload_too_large', `A body has at most ${maxBodyBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  const parsed = parse(Buffer.concat(chunks).toString('utf8'));
  if (isObject(parsed)) return parsed;
  throw scimError('invalidSyntax', 'The body is a JSON object.');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
