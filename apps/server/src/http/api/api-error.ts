import { ORPCError, ValidationError } from '@orpc/server';
import { AppError, type ErrorCode, errorKinds } from '@plugboard/contracts';
import type { ApiErrorBody, ApiErrorData } from '@plugboard/contracts/api';
import type { Logger } from 'pino';

export type ApiError = ORPCError<ErrorCode, ApiErrorData>;

/** The one place where whatever was thrown becomes an answer; what operators should hear is logged. */
export function toApiError(thrown: unknown, requestId: string, log: Logger): ApiError {
  if (isApiError(thrown)) return thrown;
  const error = toAppError(thrown);
  if (error === undefined || errorKinds[error.code].report) {
    log.error({ err: thrown, requestId, ...faultsOf(thrown) }, 'request failed');
  }
  if (error === undefined || error.code === 'internal') {
    return answer('internal', inside(requestId), { requestId }, thrown);
  }
  const { code, message, retryAfterMs, details } = error;
  return answer(
    code,
    message,
    {
      requestId,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(details !== undefined && { details }),
    },
    thrown,
  );
}

/** The body of a failed answer. */
export function presentApiError(error: ApiError): ApiErrorBody {
  return { code: error.code, message: error.message, ...error.data };
}

function isApiError(thrown: unknown): thrown is ApiError {
  return thrown instanceof ORPCError && Object.hasOwn(errorKinds, thrown.code) && thrown.defined;
}

function answer(code: ErrorCode, message: string, data: ApiErrorData, cause: unknown): ApiError {
  return new ORPCError(code, {
    defined: true,
    status: errorKinds[code].status,
    message,
    data,
    cause,
  });
}

function toAppError(thrown: unknown): AppError | undefined {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new AppError('cancelled', 'The request was cancelled.', { cause: thrown });
  }
  if (!(thrown instanceof ORPCError)) return undefined;
  if (thrown.status !== 400) return undefined;
  return thrown.cause instanceof ValidationError
    ? invalidInput(thrown.cause)
    : new AppError('invalid_input', 'The body must be valid JSON, sent as application/json.');
}

/** Which fields of an answer of ours are not as the contract has them. */
function faultsOf(thrown: unknown): { faults?: readonly Fault[] } {
  const cause = thrown instanceof ORPCError ? thrown.cause : undefined;
  return cause instanceof ValidationError ? { faults: readFaults(cause) } : {};
}

interface Fault {
  readonly field: string;
  readonly message: string;
}

function readFaults({ issues }: ValidationError): readonly Fault[] {
  return issues.slice(0, 20).map(({ path, message }) => ({
    field: (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));
}

function invalidInput(error: ValidationError): AppError {
  const faults = readFaults(error);
  const told = faults.map(({ field, message }) =>
    field === '' ? message : `${field}: ${message}`,
  );
  return new AppError('invalid_input', told.join('; '), { details: { faults } });
}

function inside(requestId: string): string {
  return `Something failed inside Plugboard. Its log tells more under the request id ${requestId}.`;
}
