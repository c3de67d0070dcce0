import type { Context } from 'hono';

import type { ConsoleFile, Packing } from './console-files.ts';
import { consoleHeaders } from './console-headers.ts';

const packings: readonly Packing[] = ['br', 'gzip'];

/** Answers with a file, packed as the browser takes it, or with 304 when it has this one. */
export function answerFile(c: Context, file: ConsoleFile): Response {
  const headers = new Headers(consoleHeaders);
  headers.set('etag', file.etag);
  headers.set(
    'cache-control',
    file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  );
  headers.set('vary', 'accept-encoding');
  if (hasIt(c.req.header('if-none-match'), file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const accepted = acceptedPackings(c.req.header('accept-encoding') ?? '');
  const packing = packings.find((each) => accepted.has(each) && file.packed[each]);
  const bytes = (packing && file.packed[packing]) ?? file.bytes;
  headers.set('content-type', file.type);
  headers.set('content-length', String(bytes.length));
  if (packing) headers.set('content-encoding', packing);
  return new Response(new Uint8Array(bytes), { headers });
}

/** RFC 9110 section 13.1.2: compared weakly. */
function hasIt(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.split(',').some((each) => opaque(each) === opaque(etag) || each.trim() === '*');
}

/** RFC 9110 section 12.5.3; `q=0` refuses one. */
function acceptedPackings(header: string): ReadonlySet<string> {
  const accepted = new Set<string>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
    const isRefused = parameters.some((each) => /^q=0(?:\.0*)?$/.test(each));
    if (!isRefused) accepted.add(name);
  }
  return accepted;
}
