import { ORPCError } from '@orpc/client';
import { type AppError, type ErrorCode, errorKinds, isAppError } from '@plugboard/contracts';

/** What the server answers instead of a result, as an error of the client. */
export function decodeError(body: unknown): ORPCError<ErrorCode, unknown> | undefined {
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined;
  const { code, message, ...data } = body as { code: unknown; message?: unknown };
  if (!isErrorCode(code)) return undefined;
  return new ORPCError(code, {
    defined: true,
    status: errorKinds[code].status,
    message: typeof message === 'string' ? message : code,
    data,
  });
}

interface ErrorData {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
}

/** What went wrong in words for people, whatever was thrown. */
export interface Failure {
  readonly code: ErrorCode | 'unreachable';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
}

/** Reads what a query or mutation failed with. A server that does not answer is `unreachable`. */
export function readError(error: unknown): Failure {
  if (isAppError(error)) return fromAppError(error);
  if (error instanceof ORPCError && isErrorCode(error.code)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the contract has errors
    const data = (error.data ?? {}) as ErrorData;
    return {
      code: error.code,
      message: error.message,
      details: data.details ?? {},
      ...(data.retryAfterMs !== undefined && { retryAfterMs: data.retryAfterMs }),
      ...(data.requestId !== undefined && { requestId: data.requestId }),
    };
  }
  if (error instanceof TypeError) {
    const message = 'Plugboard does not answer. Check that it runs and that you are online.';
    return { code: 'unreachable', message, details: {} };
  }
  const message =
    'This page met a fault of its own. Load it again; the browser’s console has more.';
  return { code: 'internal', message, details: {} };
}

/** What a form's fields were refused for, by their names, where the server names them; none without an error. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  const { details } = readError(error);
  // Of the shape of a request, or of what is in it.
  const faults = details['faults'] ?? details['problems'];
  if (!Array.isArray(faults)) return {};
  return Object.fromEntries(
    faults.flatMap((fault: unknown) => {
      if (typeof fault !== 'object' || fault === null) return [];
      const { field, message } = fault as { field?: unknown; message?: unknown };
      return typeof message === 'string' ? [[typeof field === 'string' ? field : '', message]] : [];
    }),
  );
}

function fromAppError({ code, message, details, retryAfterMs }: AppError): Failure {
  return {
    code,
    message,
    details: details ?? {},
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorKinds, code);
}
