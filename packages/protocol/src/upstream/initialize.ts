import { AppError } from '@plugboard/contracts';

import { isRecord } from '../json/record.ts';
import { isLegacyVersion, legacyVersions } from '../versions.ts';
import type { Connection } from './connection.ts';
import { quoted, readHandshakeAnswer, refusal } from './handshake-answer.ts';
import type { UpstreamOptions } from './upstream.ts';

/** The legacy versions that may be agreed on, most wanted first. */
export function acceptedLegacy(options: UpstreamOptions): readonly string[] {
  return options.protocolVersions?.filter(isLegacyVersion) ?? legacyVersions;
}

/**
 * The handshake of the legacy era, which a transport repeats when the server lost its session:
 * `initialize` and `notifications/initialized`. Rejects with `AppError`; `timeoutMs` is for all of it.
 */
export async function initialize(
  connection: Connection,
  options: UpstreamOptions,
  timeoutMs: number = options.initializeTimeoutMs ?? 60_000,
): Promise<void> {
  const accepted = acceptedLegacy(options);
  const params = {
    protocolVersion: accepted[0],
    capabilities: options.capabilities ?? {},
    clientInfo: options.clientInfo,
  };
  const answer = await connection.probe({
    method: 'initialize',
    params: Buffer.from(JSON.stringify(params)),
    signal: options.signal,
    timeoutMs,
    maxTotalMs: timeoutMs,
  });
  const outcome = readHandshakeAnswer(answer, 'initialize');
  if (outcome.kind === 'error') throw refusal('initialize', outcome.code, outcome.message);
  const version = isRecord(outcome.value) ? outcome.value['protocolVersion'] : undefined;
  if (typeof version !== 'string') {
    throw new AppError('upstream_failed', 'the server answered "initialize" without a version');
  }
  if (!accepted.includes(version)) {
    throw new AppError(
      'upstream_failed',
      `the server speaks protocol version ${quoted(version)}; supported are ${accepted.join(', ')}`,
    );
  }
  connection.welcome({ era: 'legacy', result: outcome.text, protocolVersion: version });
  connection.notify('notifications/initialized', undefined, true);
}
