import { AppError, isAppError } from '@plugboard/contracts';

const meanings = new Map([
  [401, 'it wants other credentials'],
  [403, 'it does not allow these credentials'],
  [404, 'there is no MCP endpoint at this address'],
  [405, 'its address does not take messages of this transport'],
  [406, 'it does not take the answers we accept'],
  [410, 'its endpoint is gone'],
  [429, 'it limits the rate of requests'],
]);

/**
 * The failure that an HTTP status stands for. Names the status alone: a body may hold secrets, or a
 * page for people.
 */
export function statusFailure(status: number): AppError {
  const meaning =
    meanings.get(status) ??
    (status >= 300 && status < 400
      ? 'redirects are not followed; configure its final address'
      : '');
  return new AppError(
    'upstream_failed',
    `the server answered with HTTP status ${status}${meaning && `: ${meaning}`}`,
    { details: { status } },
  );
}

/** The failure behind an error of the network, named by its code. */
export function transportFailure(cause: Error): AppError {
  if (cause instanceof AppError) return cause;
  const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return new AppError('upstream_failed', `the connection to the server failed${code}`, { cause });
}

/** The failure of an answer in a form that is not MCP's. */
export function formFailure(contentType: string): AppError {
  const type = /^[\w.+/-]{1,80}/.exec(contentType)?.[0] ?? 'none';
  return new AppError(
    'upstream_failed',
    `the server answered with content type ${type} instead of JSON or an event stream: is this the address of its MCP endpoint?`,
    { details: unusable },
  );
}

/** The failure of an answer that came, and answered nothing. */
export function emptyFailure(): AppError {
  return new AppError(
    'upstream_failed',
    'the server ended its answer without answering this request',
    { details: unusable },
  );
}

/**
 * Whether a failure only says that the server did not understand: something answered, and neither
 * refused the credentials, nor limited the rate, nor was in trouble of its own.
 */
export function isMisunderstanding(error: unknown): boolean {
  if (!isAppError(error, 'upstream_failed')) return false;
  if (error.details === unusable) return true;
  const status = error.details?.['status'];
  if (typeof status !== 'number') return false;
  return status >= 400 && status < 500 && ![401, 403, 407, 408, 425, 429].includes(status);
}

/** Whether the server stumbled (status 500), as hand-written ones do over what they do not know. */
export function isStumble(error: unknown): boolean {
  return isAppError(error, 'upstream_failed') && error.details?.['status'] === 500;
}

const unusable = Object.freeze({ answer: 'unusable' });
