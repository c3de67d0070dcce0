import { AppError } from '@plugboard/contracts';
import { type Envelope, findMember, logLevels, type Upstream } from '@plugboard/protocol';

type LogLevel = (typeof logLevels)[number];

/** Reads `params.level` of logging/setLevel. Throws `invalid_input` for anything but a level. */
export function readLogLevel(params: unknown): LogLevel {
  const level =
    params !== null && typeof params === 'object' && 'level' in params ? params.level : undefined;
  const known = logLevels.find((name) => name === level);
  if (known) return known;
  throw new AppError('invalid_input', `params.level must be one of ${logLevels.join(', ')}`);
}

/** Whether a log message is severe enough for a session that asked for `wanted` (any, if it did not). */
export function isLogWanted(message: Envelope, wanted: string | undefined): boolean {
  if (wanted === undefined || message.method !== 'notifications/message') return true;
  const range = message.params && findMember(message.bytes, message.params, 'level');
  const text = range && message.bytes.toString('latin1', range.start + 1, range.end - 1);
  const severity = logLevels.findIndex((name) => name === text);
  return severity < 0 || severity >= logLevels.findIndex((name) => name === wanted);
}

/**
 * Raises how much shared servers log to what the most curious session asked for; each session is
 * then shown only its share.
 */
export interface LogLevels {
  /** Asks the server for `level` unless it was asked for as much already. Needs no answer. */
  require(upstream: Upstream, level: string): void;
}

export function createLogLevels(onError: (error: unknown) => void): LogLevels {
  const asked = new WeakMap<Upstream, number>();
  return {
    require(upstream, level) {
      const severity = logLevels.findIndex((name) => name === level);
      if (severity < 0 || severity >= (asked.get(upstream) ?? logLevels.length)) return;
      asked.set(upstream, severity);
      if (!canLog(upstream)) return;
      const params = Buffer.from(JSON.stringify({ level }));
      upstream.request({ method: 'logging/setLevel', params, timeoutMs: 10_000 }).catch(onError);
    },
  };
}

function canLog(upstream: Upstream): boolean {
  const { result } = upstream.hello;
  const capabilities = findMember(result, { start: 0, end: result.length }, 'capabilities');
  return capabilities !== undefined && findMember(result, capabilities, 'logging') !== undefined;
}
