import type { IncomingMessage } from 'node:http';

import { AppError } from '@plugboard/contracts';

/**
 * A body of up to this many times the limit, if it comes within this time, is read to its end and
 * thrown away: a sender that is cut off while it writes never reads why.
 */
const discard = { factor: 4, withinMs: 2_000 };

/**
 * Reads a request's whole body, of at most `limit` bytes.
 *
 * Rejects with `AppError`: `payload_too_large` for a larger one, at once where Content-Length is far
 * beyond the limit, otherwise when its end was reached or was too long in coming; `cancelled` when
 * the client left before the end.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // Made only when it is needed: the trace of an error costs more than all else here.
  const tooLarge = (): AppError =>
    new AppError('payload_too_large', `the body is larger than the limit of ${limit} bytes`);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit * discard.factor) {
    reject(tooLarge());
    return promise;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const refuse = (): void => {
    settle();
    request.pause();
    reject(tooLarge());
  };
  let patience = declared > limit ? setTimeout(refuse, discard.withinMs).unref() : undefined;
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= limit) {
      chunks.push(chunk);
      return;
    }
    chunks.length = 0;
    if (size > limit * discard.factor) refuse();
    else patience ??= setTimeout(refuse, discard.withinMs).unref();
  };
  const onEnd = (): void => {
    settle();
    if (size > limit) reject(tooLarge());
    else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  };
  const onClose = (): void => {
    settle();
    reject(new AppError('cancelled', 'the client left before the body was complete'));
  };
  const settle = (): void => {
    clearTimeout(patience);
    request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
    // A connection can still break later; that must not become an uncaught error.
    request.on('error', ignore);
  };
  if (request.destroyed) {
    onClose();
    return promise;
  }
  request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
  return promise;
}

function ignore(): void {}
