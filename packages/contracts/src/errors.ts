/** How the edge treats one error code: its HTTP status and whether operators should hear of it. */
export interface ErrorKind {
  readonly status: number;
  readonly report: boolean;
}

/** Every error code that crosses a layer. API answers, CLI exit codes and logs use these words. */
export const errorKinds = {
  invalid_input: { status: 400, report: false },
  unauthenticated: { status: 401, report: false },
  forbidden: { status: 403, report: false },
  not_found: { status: 404, report: false },
  conflict: { status: 409, report: false },
  payload_too_large: { status: 413, report: false },
  install_failed: { status: 422, report: false },
  locked: { status: 423, report: false },
  /** A person must sign in at another service first; `details` names who and where. */
  sign_in_required: { status: 424, report: false },
  rate_limited: { status: 429, report: false },
  cancelled: { status: 499, report: false },
  internal: { status: 500, report: true },
  upstream_failed: { status: 502, report: false },
  unavailable: { status: 503, report: true },
  upstream_timeout: { status: 504, report: false },
  storage_full: { status: 507, report: true },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export interface AppErrorOptions {
  cause?: unknown;
  /** When trying again may help, in milliseconds from now. Absent: trying again will not help. */
  retryAfterMs?: number;
  /** Facts for the caller, such as the field at fault. Never a secret. */
  details?: Readonly<Record<string, unknown>>;
}

/**
 * An expected failure on its way to a person. The message says what was wrong and what would be
 * right, and never carries a secret; callers branch on `code`, never on the text.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }

  get status(): number {
    return errorKinds[this.code].status;
  }
}

/** Whether a thrown value is an expected failure, optionally of one code. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
