import { type AppError, type ErrorCode, isAppError } from '@plugboard/contracts';
import { appErrorFromApi } from '@plugboard/contracts/api';
import { CommanderError } from 'commander';

/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  interrupted: 130,
} as const;

export interface CliErrorOptions {
  cause?: unknown;
  /** The command or step that mends it. */
  cure?: string;
  code?: string;
}

/** A failure that ends a command with a chosen exit code. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly cure: string | undefined;
  readonly code: string;

  constructor(kind: keyof typeof exitCodes, message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.exitCode = exitCodes[kind];
    this.cure = options.cure;
    this.code = options.code ?? kind;
  }
}

/** Ends a command with an exit code when its answer has already said why. */
export class AnsweredFailure extends CliError {
  constructor(kind: keyof typeof exitCodes) {
    super(kind, 'see the answer');
  }
}

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly cure?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number;
  readonly exitCode: number;
}

const exitCodeOf: Partial<Record<ErrorCode, number>> = {
  invalid_input: exitCodes.usage,
  unauthenticated: exitCodes.refused,
  forbidden: exitCodes.refused,
  not_found: exitCodes.refused,
  unavailable: exitCodes.unreachable,
};

const cures: Partial<Record<ErrorCode, string>> = {
  unauthenticated:
    'give a valid API key with --key or PLUGBOARD_KEY, or name the data directory that holds it with --data-dir',
  locked: 'see which process it is with: ./plugboard status',
};

/** What to tell of whatever was thrown. Anything unforeseen is a bug and keeps its stack. */
export function reportError(error: unknown): ErrorReport {
  const failure = isAppError(error) ? error : appErrorFromApi(error);
  if (failure !== undefined) return reportAppError(failure);
  if (error instanceof CliError) {
    const { code, message, exitCode, cure } = error;
    return { code, message, exitCode, ...(cure !== undefined && { cure }) };
  }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '');
    return { code: 'usage', message, exitCode: exitCodes.usage };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message: text, exitCode: exitCodes.failed };
}

function reportAppError(error: AppError): ErrorReport {
  const cure = cures[error.code];
  return {
    code: error.code,
    message: error.message,
    exitCode: exitCodeOf[error.code] ?? exitCodes.failed,
    ...(cure !== undefined && { cure }),
    ...(error.details !== undefined && { details: error.details }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  };
}
