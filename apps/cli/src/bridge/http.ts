import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Sends a request and resolves with its head. Without time limits, for tools may take hours. */
export function send({
  method,
  url,
  headers,
  body,
  signal,
}: HttpRequest): Promise<IncomingMessage> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, headers, ...(signal && { signal }) }, resolve);
    sending.once('error', reject);
    sending.end(body);
  });
}

/** The whole body as text. */
export function readBody(response: IncomingMessage): Promise<string> {
  return text(response);
}

/** Whether an error says that nothing was delivered, so that sending again is safe. */
export function wasNotDelivered(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNREFUSED' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH' ||
    code === 'ENOTFOUND'
  );
}
