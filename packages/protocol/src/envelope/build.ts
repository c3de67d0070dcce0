import { spliceParts } from '../json/splice.ts';
import type { Envelope } from './envelope.ts';

/** A request; `idJson` is the id as JSON text, `params` the raw text of an object. */
export function buildRequest(idJson: string, method: string, params?: Buffer): Buffer {
  return build(`{"jsonrpc":"2.0","id":${idJson},"method":${JSON.stringify(method)}`, params);
}

export function buildNotification(method: string, params?: Buffer): Buffer {
  return build(`{"jsonrpc":"2.0","method":${JSON.stringify(method)}`, params);
}

/** A result; `result` is its raw JSON text. */
export function buildResult(idJson: string, result: Buffer | string): Buffer {
  if (typeof result !== 'string') return Buffer.concat(resultParts(idJson, result));
  return Buffer.from(`{"jsonrpc":"2.0","id":${idJson},"result":${result}}`);
}

/** As `buildResult`, as parts to be written one after another: a large result is not copied. */
export function resultParts(idJson: string, result: Buffer | readonly Buffer[]): Buffer[] {
  const head = Buffer.from(`{"jsonrpc":"2.0","id":${idJson},"result":`);
  return Buffer.isBuffer(result) ? [head, result, closing] : [head, ...result, closing];
}

/** An error; null answers a request whose id could not be read. */
export function buildError(
  idJson: string | null,
  code: number,
  message: string,
  data?: unknown,
): Buffer {
  const error = JSON.stringify({ code, message, data });
  return Buffer.from(`{"jsonrpc":"2.0","id":${idJson ?? 'null'},"error":${error}}`);
}

/**
 * The same message under another id, as parts to be written one after another; only the id's bytes
 * differ. The message must have an id.
 */
export function withId(envelope: Envelope, idJson: string): Buffer[] {
  if (envelope.id === undefined) throw new Error('a message without an id cannot be given another');
  return spliceParts(envelope.bytes, [{ range: envelope.id, replacement: idJson }]);
}

const closing = Buffer.from('}');
const paramsKey = ',"params":';

function build(head: string, params: Buffer | undefined): Buffer {
  if (params === undefined) return Buffer.from(`${head}}`);
  // Written into one buffer: a request is small, and one write is one system call.
  const headLength = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(headLength + paramsKey.length + params.length + 1);
  bytes.write(head, 0);
  bytes.write(paramsKey, headLength, 'latin1');
  params.copy(bytes, headLength + paramsKey.length);
  bytes[bytes.length - 1] = 0x7d;
  return bytes;
}
