import { AppError } from '@plugboard/contracts';
import { DatabaseError } from 'pg';

/** SQLSTATE codes, and classes of two letters, after which trying again may help. */
const passing = new Set([
  '08', // connection exceptions
  '53', // insufficient resources: memory, connections
  '57', // operator intervention: shutdown, crash, statement timeout
  '58', // system errors
  '25006', // read-only: a standby after a failover
  '25P03', // idle in a transaction for too long
  '40001',
  '40P01',
  '55P03',
]);
const diskFull = '53100';
const defaultRetryMs = 500;

const connectionFailures = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTCONN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * The one place that turns what the database and its driver throw into what the rest understands:
 * `AppError('storage_full')` when a disk is full, `AppError('unavailable')` when the connection was
 * lost or the server cannot serve now. Anything else is returned as it is.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  if (error instanceof DatabaseError) return translateSqlState(error);
  return isConnectionFailure(error) ? databaseUnavailable(error) : error;
}

export function databaseUnavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'The database does not answer now. Try again in a moment.', {
    cause,
    retryAfterMs: defaultRetryMs,
  });
}

export function storageFull(cause: unknown): AppError {
  return new AppError(
    'storage_full',
    'The disk of the database is full. Free some space on it; service then resumes by itself.',
    { cause, retryAfterMs: 10_000 },
  );
}

function translateSqlState(error: DatabaseError): unknown {
  const { code = '' } = error;
  if (code === diskFull) return storageFull(error);
  return passing.has(code) || passing.has(code.slice(0, 2)) ? databaseUnavailable(error) : error;
}

function isConnectionFailure(error: Error): boolean {
  if ('code' in error) return connectionFailures.has(String(error.code));
  // The driver reports a lost connection and a time-out as bare errors.
  return error.constructor === Error || error instanceof AggregateError;
}
