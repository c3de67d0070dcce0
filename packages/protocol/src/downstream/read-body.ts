import type { IncomingMessage } from 'node:http';

import { AppError } from '@plugboard/contracts';

/**
 * Reads a request's whole body, of at most `limit` bytes.
 *
 * Rejects with `AppError`: `payload_too_large`, before reading anything when Content-Length says so,
 * and without reading on otherwise; `cancelled` when the client left before the end.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const tooLarge = (): AppError =>
    new AppError('payload_too_large', `the body is larger than the limit of ${limit} bytes`);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) {
    reject(tooLarge());
    return promise;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > limit) {
      settle();
      request.pause();
      reject(tooLarge());
      return;
    }
    chunks.push(chunk);
  };
  const onEnd = (): void => {
    settle();
    resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  };
  const onClose = (): void => {
    settle();
    reject(new AppError('cancelled', 'the client left before the body was complete'));
  };
  const settle = (): void => {
    request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
    // A connection can still break later; that must not become an uncaught error.
    request.on('error', ignore);
  };
  if (request.destroyed) {
    reject(new AppError('cancelled', 'the client left before the body was complete'));
    return promise;
  }
  request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
  return promise;
}

function ignore(): void {}
