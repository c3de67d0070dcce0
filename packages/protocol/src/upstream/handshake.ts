import { AppError } from '@plugboard/contracts';

import { type Envelope, textOf } from '../envelope/envelope.ts';
import { parseUnambiguous } from '../json/parse.ts';
import { legacyVersions } from '../versions.ts';
import type { Connection } from './connection.ts';
import type { UpstreamHello, UpstreamOptions } from './upstream.ts';

/**
 * Introduces us to the server and takes what it answers: `initialize` and
 * `notifications/initialized` of the legacy era. The modern era's `server/discover` takes its place
 * here, before the connection is handed out. Ends the connection when it fails.
 */
export async function shakeHands(
  connection: Connection,
  options: UpstreamOptions,
): Promise<Connection> {
  try {
    await initialize(connection, options);
    return connection;
  } catch (error) {
    connection.fail(error instanceof Error ? error : new Error('the handshake failed'));
    throw error;
  }
}

/** The legacy handshake by itself, which a transport repeats when the server lost its session. */
export async function initialize(connection: Connection, options: UpstreamOptions): Promise<void> {
  const accepted = options.protocolVersions ?? legacyVersions;
  const timeoutMs = options.initializeTimeoutMs ?? 60_000;
  const params = {
    protocolVersion: accepted[0],
    capabilities: options.capabilities ?? {},
    clientInfo: options.clientInfo,
  };
  const answer = await connection.request(
    {
      method: 'initialize',
      params: Buffer.from(JSON.stringify(params)),
      signal: options.signal,
      timeoutMs,
      maxTotalMs: timeoutMs,
    },
    true,
  );
  const hello = readHello(answer);
  if (!accepted.includes(hello.protocolVersion)) {
    throw new AppError(
      'upstream_failed',
      `the server speaks protocol version ${quoted(hello.protocolVersion)}; supported are ${accepted.join(', ')}`,
    );
  }
  connection.welcome(hello);
  connection.notify('notifications/initialized', undefined, true);
}

function readHello(answer: Envelope): UpstreamHello {
  const { bytes, result, error } = answer;
  if (error !== undefined) throw refused(parse(bytes, error));
  const parsed = result && parse(bytes, result);
  if (!isObject(parsed) || typeof parsed['protocolVersion'] !== 'string' || result === undefined) {
    throw new AppError('upstream_failed', 'the server answered "initialize" without a version');
  }
  // Copied, since a view would keep the whole chunk that it came in alive.
  return {
    era: 'legacy',
    result: Buffer.from(textOf(bytes, result)),
    protocolVersion: parsed['protocolVersion'],
  };
}

function parse(bytes: Buffer, range: { readonly start: number; readonly end: number }): unknown {
  try {
    return parseUnambiguous(bytes, range);
  } catch (cause) {
    throw new AppError('upstream_failed', 'the server answered "initialize" with invalid JSON', {
      cause,
    });
  }
}

function refused(error: unknown): AppError {
  const { code, message } = isObject(error) ? error : {};
  const why = typeof message === 'string' ? `: ${quoted(message)}` : '';
  return new AppError(
    'upstream_failed',
    `the server refused "initialize" with error ${Number(code)}${why}`,
  );
}

/** Text of the server's, short and without control characters. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
