import { setTimeout as delay } from 'node:timers/promises';

import { AppError, isAppError } from '@plugboard/contracts';

import type { SourceFetch, SourceLimits, SourceResponse } from './source-reader.ts';

export interface FetchTextOptions {
  readonly fetch: SourceFetch;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: SourceLimits;
  /** What the content type must match, with words for what it is. */
  readonly accepts: {
    readonly type: RegExp;
    readonly words: string;
    /** What a location that is right looks like; a sentence. */
    readonly cure?: string;
  };
}

/** An answer read to its end. */
export interface FetchedText {
  readonly text: string;
  readonly etag: string | undefined;
}

/** A failure that may pass: the server is busy, broken or away. */
class PassingFailure extends Error {
  readonly waitMs: number | undefined;

  constructor(message: string, waitMs?: number, cause?: unknown) {
    super(message, { cause });
    this.waitMs = waitMs;
  }
}

/**
 * Gets a text by HTTP, trying again with growing pauses on 429, 5xx and broken connections, and no
 * sooner than `Retry-After` says. Undefined when the server says that it is as it was (304).
 *
 * Rejects with `AppError`: `upstream_failed`, `unavailable` when it gave up, `forbidden` when the
 * address is not allowed, `payload_too_large`, `cancelled`.
 */
export async function fetchText(
  url: string,
  options: FetchTextOptions,
): Promise<FetchedText | undefined> {
  const { limits, signal } = options;
  const place = placeOf(url);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(url, place, options);
    } catch (error) {
      if (signal.aborted) throw cancelled(signal);
      if (!(error instanceof PassingFailure)) throw error;
      const waitMs = Math.max(limits.backOffMs * 2 ** (attempt - 1), error.waitMs ?? 0);
      if (attempt >= limits.attempts || waitMs > limits.longestWaitMs) {
        throw new AppError(
          'unavailable',
          `${place} could not be read: ${error.message}. What was stored so far stays; the next sync goes on from there.`,
          { cause: error.cause, retryAfterMs: waitMs },
        );
      }
      await delay(waitMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {
        throw cancelled(signal);
      });
    }
  }
}

/** A URL for messages: without user, query and fragment, where a secret could be. */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed ? `${parsed.origin}${parsed.pathname}` : 'The source';
}

async function attemptOnce(
  url: string,
  place: string,
  { fetch, signal, headers, limits, accepts }: FetchTextOptions,
): Promise<FetchedText | undefined> {
  const patience = AbortSignal.timeout(limits.requestMs);
  const limited = AbortSignal.any([signal, patience]);
  try {
    const response = await fetch(url, { headers, signal: limited });
    if (response.status === 304) {
      await drop(response);
      return undefined;
    }
    if (response.status !== 200) {
      await drop(response);
      throw statusFailure(response, place, accepts);
    }
    const type = response.headers.get('content-type') ?? '';
    if (!accepts.type.test(type)) {
      await drop(response);
      throw new AppError(
        'upstream_failed',
        `${place} answered with ${describeType(type)} and not with ${accepts.words}. ${wanted(accepts)}`,
      );
    }
    const text = await readBody(response, limits.bodyBytes, place);
    return { text, etag: response.headers.get('etag') ?? undefined };
  } catch (error) {
    if (error instanceof PassingFailure || isAppError(error)) throw error;
    const refused = appErrorWithin(error);
    if (refused) throw refused;
    const distrusted = untrusted(error, place);
    if (distrusted) throw distrusted;
    throw new PassingFailure(
      patience.aborted ? `no answer within ${limits.requestMs} ms` : 'the connection failed',
      undefined,
      error,
    );
  }
}

function statusFailure(
  response: SourceResponse,
  place: string,
  accepts: FetchTextOptions['accepts'],
): Error {
  const { status } = response;
  if (status === 429 || status >= 500) {
    return new PassingFailure(`it answered with status ${status}`, retryAfterMs(response));
  }
  if (status === 401 || status === 403) {
    return new AppError(
      'upstream_failed',
      `${place} refuses access (status ${status}). Give the source a token that may read it.`,
    );
  }
  return new AppError(
    'upstream_failed',
    `${place} answered with status ${status}${status === 404 ? ': there is nothing' : ''}. ${wanted(accepts)}`,
  );
}

function describeType(type: string): string {
  if (/^text\/html\b/i.test(type)) return 'a web page';
  return type === '' ? 'something of no type' : JSON.stringify(type.slice(0, 100));
}

function wanted({ cure }: FetchTextOptions['accepts']): string {
  return cure ?? 'Check the location of the source.';
}

/** A certificate that this machine does not trust stays so; nothing else is to be gained by waiting. */
function untrusted(error: unknown, place: string): AppError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = 'code' in at ? String(at.code) : '';
    if (!/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) continue;
    const why = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ' for that name' : '';
    return new AppError(
      'upstream_failed',
      `${place} shows a certificate that this machine does not trust${why} (${code}). If it is your own authority's, start Plugboard with NODE_EXTRA_CA_CERTS naming its certificate.`,
      { cause: error },
    );
  }
  return undefined;
}

/** RFC 9110 section 10.2.3: seconds or a date. */
function retryAfterMs({ headers }: SourceResponse): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.max(0, time - Date.now());
}

async function readBody({ body }: SourceResponse, limit: number, place: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limit) {
      throw new AppError(
        'payload_too_large',
        `${place} answered with more than ${limit} bytes at once, which is refused.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

async function drop({ body }: SourceResponse): Promise<void> {
  if (body === null) return;
  // Leaving the loop at once cancels what has not come yet.
  try {
    for await (const _ of body) break;
  } catch {
    // It is not wanted either way.
  }
}

/** Refusals of the outbound guard come wrapped by `fetch`. */
function appErrorWithin(error: unknown): AppError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (isAppError(at)) return at;
  }
  return undefined;
}

function cancelled(signal: AbortSignal): AppError {
  const reason: unknown = signal.reason;
  return isAppError(reason) ? reason : new AppError('cancelled', 'The sync was cancelled.');
}
