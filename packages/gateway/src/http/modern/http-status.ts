import {
  type Envelope,
  EnvelopeError,
  findMember,
  ModernError,
  rpcCodes,
} from '@plugboard/protocol';

import { MethodNotFound } from '../../call/rpc-error.ts';

const notFound = String(rpcCodes.methodNotFound);

/**
 * The HTTP status of a failed request (MCP 2026-07-28, transports): what the protocol itself refuses
 * has one of its own, every other failure is an answer like any other.
 */
export function statusOfFailure(error: unknown): number {
  if (error instanceof ModernError) return error.httpStatus;
  if (error instanceof MethodNotFound) return 404;
  return error instanceof EnvelopeError ? 400 : 200;
}

/** The HTTP status that goes with a server's own answer. */
export function statusOfAnswer({ kind, bytes, error }: Envelope): number {
  if (kind !== 'error' || !error) return 200;
  const range = findMember(bytes, error, 'code');
  const code = range && bytes.toString('latin1', range.start, range.end);
  if (code === notFound) return 404;
  return code !== undefined && /^-3202[012]$/.test(code) ? 400 : 200;
}
