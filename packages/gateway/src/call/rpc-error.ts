import { AppError, type ErrorCode, isAppError } from '@plugboard/contracts';
import { EnvelopeError, ModernError, rpcCodes } from '@plugboard/protocol';

import { signInFacts, UrlElicitationRequired } from './url-elicitation.ts';

/** A JSON-RPC 2.0 error (section 5.1) as it goes to an agent. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A method that this endpoint does not have (JSON-RPC 2.0 section 5.1). */
export class MethodNotFound extends AppError {
  constructor(method: string) {
    super('not_found', `Unknown method: ${method.slice(0, 128)}`);
  }
}

/** A page must be visited first (MCP 2025-11-25, elicitation, URL mode). */
const urlElicitationRequired = -32042;

/** The call may be right, but could not be served; `data.code` says why. */
export const notServed = -32000;

const invalid: ReadonlySet<ErrorCode> = new Set(['invalid_input', 'not_found']);

/**
 * What an agent is told of a failure: the message of an expected one, with its code and when to try
 * again; of a bug nothing but `reference`, by which the log entry is found.
 */
export function toRpcError(error: unknown, reference: string): RpcError {
  if (error instanceof EnvelopeError) return { code: error.rpcCode, message: error.message };
  if (error instanceof ModernError) {
    const { rpcCode, message, data } = error;
    return data ? { code: rpcCode, message, data } : { code: rpcCode, message };
  }
  if (!isAppError(error)) {
    return {
      code: rpcCodes.internalError,
      message: `Plugboard failed on this request. Its log has the reason under ${reference}.`,
      data: { code: 'internal', reference },
    };
  }
  return { code: codeOf(error), message: error.message, data: factsOf(error) };
}

function codeOf(error: AppError): number {
  if (error instanceof MethodNotFound) return rpcCodes.methodNotFound;
  if (error instanceof UrlElicitationRequired) return urlElicitationRequired;
  return invalid.has(error.code) ? rpcCodes.invalidParams : notServed;
}

function factsOf(error: AppError): Record<string, unknown> {
  if (error.code === 'sign_in_required') {
    const asked = error instanceof UrlElicitationRequired && { elicitations: error.elicitations };
    return { code: error.code, ...signInFacts(error), ...asked };
  }
  return error.retryAfterMs === undefined
    ? { code: error.code }
    : { code: error.code, retryable: true, retryAfterMs: error.retryAfterMs };
}
