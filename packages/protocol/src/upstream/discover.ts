import { AppError } from '@plugboard/contracts';

import { modernCodes } from '../modern/modern-error.ts';
import { isRecord } from '../json/record.ts';
import type { RequestMetaText } from '../modern/splice-meta.ts';
import { isLegacyVersion, isModernVersion, modernVersions } from '../versions.ts';
import type { Connection } from './connection.ts';
import { type HandshakeAnswer, quoted, readHandshakeAnswer } from './handshake-answer.ts';
import { isMisunderstanding } from './http-failure.ts';
import type { UpstreamHello, UpstreamOptions } from './upstream.ts';

/** What `server/discover` told. */
export type Discovery =
  | { readonly era: 'modern'; readonly hello: UpstreamHello; readonly meta: RequestMetaText }
  /** The server does not know the question, or speaks no modern version of ours but a legacy one. */
  | { readonly era: 'legacy' };

/** The modern versions that may be spoken, most wanted first. */
export function acceptedModern(options: UpstreamOptions): readonly string[] {
  return options.protocolVersions?.filter(isModernVersion) ?? modernVersions;
}

/**
 * Asks a server which era it is of (MCP 2026-07-28, versioning and transports, backward
 * compatibility). Rejects with `AppError` where the answer says nothing about that: no connection,
 * refused credentials, a server in trouble, silence; and where the server is modern, but not in a way
 * that we could speak with it.
 */
export async function discover(
  connection: Connection,
  options: UpstreamOptions,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Discovery> {
  const accepted = acceptedModern(options);
  const [wanted] = accepted;
  if (wanted === undefined) return { era: 'legacy' };
  const first = await ask(connection, options, wanted, timeoutMs, signal);
  const agreed = first && versionToAskWith(first, accepted);
  if (agreed === undefined) return judge(first, requestMeta(options, wanted));
  const second = await ask(connection, options, agreed, timeoutMs, signal);
  return judge(second, requestMeta(options, agreed));
}

/** Asks in one version; undefined says that the server does not know the question. */
async function ask(
  connection: Connection,
  options: UpstreamOptions,
  version: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HandshakeAnswer | undefined> {
  try {
    const request = { method: 'server/discover', signal, timeoutMs, maxTotalMs: timeoutMs };
    const answer = await connection.probe(request, requestMeta(options, version));
    return readHandshakeAnswer(answer, request.method);
  } catch (error) {
    if (isMisunderstanding(error)) return undefined;
    throw error;
  }
}

function requestMeta(options: UpstreamOptions, version: string): RequestMetaText {
  return {
    protocolVersion: version,
    clientCapabilities: JSON.stringify(options.capabilities ?? {}),
    clientInfo: JSON.stringify(options.clientInfo),
  };
}

/**
 * A version that both speak, when a server refuses one and lists such a version: a client selects one
 * from the list and asks again, also where it is the very same.
 */
function versionToAskWith(
  answer: HandshakeAnswer,
  accepted: readonly string[],
): string | undefined {
  if (answer.kind !== 'error' || answer.code !== modernCodes.unsupportedVersion) return undefined;
  const supported = isRecord(answer.data) ? versionsIn(answer.data['supported']) : undefined;
  return accepted.find((version) => supported?.includes(version));
}

function judge(answer: HandshakeAnswer | undefined, meta: RequestMetaText): Discovery {
  if (!answer) return { era: 'legacy' };
  return answer.kind === 'error'
    ? judgeError(answer, meta.protocolVersion)
    : judgeResult(answer, meta);
}

function judgeResult(
  { text, value }: Extract<HandshakeAnswer, { kind: 'result' }>,
  meta: RequestMetaText,
): Discovery {
  const supported = isRecord(value) ? versionsIn(value['supportedVersions']) : undefined;
  // Some legacy servers answer anything with a result.
  if (supported === undefined || !isRecord(value) || !isRecord(value['capabilities'])) {
    return { era: 'legacy' };
  }
  const version = meta.protocolVersion;
  if (!supported.includes(version)) return legacyAmong(supported, version);
  return { era: 'modern', hello: { era: 'modern', result: text, protocolVersion: version }, meta };
}

function judgeError(
  { code, message, data }: Extract<HandshakeAnswer, { kind: 'error' }>,
  version: string,
): Discovery {
  if (code === modernCodes.unsupportedVersion) {
    const supported = isRecord(data) ? versionsIn(data['supported']) : undefined;
    return legacyAmong(supported ?? [], version);
  }
  if (code === modernCodes.headerMismatch) {
    throw new AppError(
      'upstream_failed',
      `the server found the headers and the body of a request to differ (${quoted(message)}): does a proxy on the way to it remove or change MCP-Protocol-Version or Mcp-Method?`,
    );
  }
  if (code === modernCodes.missingClientCapability) {
    throw new AppError(
      'upstream_failed',
      `the server serves only clients with capabilities that were not declared: ${quoted(message)}`,
    );
  }
  return { era: 'legacy' };
}

/** A modern server without a version of ours may still speak a legacy one. */
function legacyAmong(supported: readonly string[], version: string): Discovery {
  if (supported.some(isLegacyVersion)) return { era: 'legacy' };
  const theirs = supported.slice(0, 10).map(quoted).join(', ') || 'not said';
  throw new AppError(
    'upstream_failed',
    `the server does not speak protocol version ${version}; what it speaks is ${theirs}`,
  );
}

function versionsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const versions = value.filter((version) => typeof version === 'string');
  return versions.length === value.length && versions.length > 0 ? versions : undefined;
}
