import { isAppError } from '@plugboard/contracts';

import { OAuthFailure } from './failure.ts';
import type { OAuthAnswer, OAuthNetwork } from './network.ts';

/** What an answer may have in all: far above any metadata, key set or token seen. */
const maxBytes = 256 * 1024;
const defaultTimeoutMs = 10_000;
const maxRetryAfterMs = 60 * 60 * 1000;

/** The headers of an answer that anything here reads. */
const headersRead = ['content-type', 'dpop-nonce', 'www-authenticate'] as const;

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * One request and its whole answer: bounded in size and time, never redirected. Rejects with
 * `OAuthFailure`: `later` when nobody answered or the server has trouble of its own (5xx, 408, 429),
 * `protocol` for an address or an answer that is not allowed.
 */
export async function exchange(
  network: OAuthNetwork,
  url: string,
  request: ExchangeRequest,
): Promise<Response> {
  checkUrl(url, network.allowHttp ?? false);
  const timeout = AbortSignal.timeout(network.timeoutMs ?? defaultTimeoutMs);
  const signal = AbortSignal.any([network.signal, timeout]);
  let answer: OAuthAnswer;
  let bytes: Uint8Array;
  try {
    answer = await network.fetch(url, {
      method: request.method,
      headers: { accept: 'application/json', ...request.headers },
      body: request.body,
      redirect: 'manual',
      signal,
    });
    bytes = await readBounded(answer, url, signal);
  } catch (error) {
    throw unreachable(error, url, network.signal);
  }
  const { status } = answer;
  if (status >= 300 && status < 400) {
    throw new OAuthFailure(
      'protocol',
      'redirected',
      `${hostOf(url)} answered with a redirect, which is not followed here; its own address must be used.`,
    );
  }
  if (status >= 500 || status === 408 || status === 429) {
    throw new OAuthFailure(
      'later',
      'server_trouble',
      `${hostOf(url)} answered ${status}; try again later.`,
      { retryAfterMs: retryAfterMs(answer) },
    );
  }
  return toResponse(answer, bytes);
}

/** Refuses what no server may name: not https (or http where allowed), with credentials or a fragment. */
export function checkUrl(text: string, allowHttp: boolean): URL {
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  if (url && isWeb && url.username === '' && url.password === '' && !text.includes('#')) return url;
  throw new OAuthFailure(
    'protocol',
    'address_not_allowed',
    `An address in this authorization is not allowed: ${allowHttp ? 'http or https' : 'https'} without credentials or fragment is.`,
  );
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'The server';
}

async function readBounded(
  answer: OAuthAnswer,
  url: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    signal.throwIfAborted();
    length += chunk.byteLength;
    if (length > maxBytes) {
      throw new OAuthFailure(
        'protocol',
        'answer_too_large',
        `${hostOf(url)} answered with more than ${maxBytes} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function unreachable(error: unknown, url: string, callers: AbortSignal): unknown {
  if (error instanceof OAuthFailure || callers.aborted) return error;
  const cause = isAppError(error) ? error : error instanceof Error ? error.cause : undefined;
  if (isAppError(cause, 'forbidden')) {
    return new OAuthFailure('protocol', 'address_not_allowed', cause.message, { cause });
  }
  return new OAuthFailure(
    'later',
    'unreachable',
    `${hostOf(url)} could not be reached, or did not answer in time.`,
    { cause: error },
  );
}

function retryAfterMs(answer: OAuthAnswer): number {
  const seconds = Number(answer.headers.get('retry-after') ?? '');
  const usable = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000;
  return Math.min(usable, maxRetryAfterMs);
}

function toResponse({ status, headers: sent }: OAuthAnswer, bytes: Uint8Array): Response {
  const headers = new Headers();
  for (const name of headersRead) {
    const value = sent.get(name);
    if (value !== null) headers.set(name, value);
  }
  const isEmpty = status === 204 || status === 205;
  return new Response(isEmpty ? null : Uint8Array.from(bytes), {
    status: status < 200 ? 502 : status,
    headers,
  });
}
