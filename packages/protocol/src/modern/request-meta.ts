import { rpcCodes } from '../envelope/envelope-error.ts';
import { isRecord, ownValue } from '../json/record.ts';
import { isModernVersion, modernVersions } from '../versions.ts';
import { modernCodes, ModernError } from './modern-error.ts';

/** The keys in `params._meta` by which every modern request speaks for itself. */
export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
} as const;

/** The key in a result's `_meta` by which a modern server names itself. */
export const serverInfoKey = 'io.modelcontextprotocol/serverInfo';

/** The key in a notification's `_meta` that says which `subscriptions/listen` it belongs to. */
export const subscriptionIdKey = 'io.modelcontextprotocol/subscriptionId';

/** RFC 5424 severities as MCP names them, from least to most severe. */
export const logLevels = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const;

/** What a modern request says of its client. */
export interface RequestMeta {
  readonly protocolVersion: string;
  readonly clientCapabilities: Readonly<Record<string, unknown>>;
  /** Parsed; absent where the client does not say. For display only. */
  readonly clientInfo: Readonly<Record<string, unknown>> | undefined;
  /** Absent: the client wants no log messages. */
  readonly logLevel: (typeof logLevels)[number] | undefined;
}

/**
 * Reads what every modern request must say in `params._meta` (MCP 2026-07-28, basic). `params` is
 * parsed. Throws `ModernError` -32602 where something is missing or ill-formed. Whether the version
 * is one of ours is for `requireModernVersion`, once it is known to match its header.
 */
export function readRequestMeta(params: unknown): RequestMeta {
  const meta = isRecord(params) ? ownValue(params, '_meta') : undefined;
  if (!isRecord(meta)) throw invalid('"_meta"', 'an object that says whose request this is');
  const protocolVersion = ownValue(meta, metaKeys.protocolVersion);
  if (typeof protocolVersion !== 'string') {
    throw invalid(metaKeys.protocolVersion, `a version such as "${modernVersions[0]}"`);
  }
  const clientCapabilities = ownValue(meta, metaKeys.clientCapabilities);
  if (!isRecord(clientCapabilities)) {
    throw invalid(metaKeys.clientCapabilities, 'an object, empty for a client without any');
  }
  const clientInfo = ownValue(meta, metaKeys.clientInfo);
  if (clientInfo !== undefined && !isRecord(clientInfo)) {
    throw invalid(metaKeys.clientInfo, 'an object where it is given');
  }
  const asked = ownValue(meta, metaKeys.logLevel);
  const logLevel = logLevels.find((level) => level === asked);
  if (asked !== undefined && logLevel === undefined) {
    throw invalid(metaKeys.logLevel, `one of ${logLevels.join(', ')} where it is given`);
  }
  return { protocolVersion, clientCapabilities, clientInfo, logLevel };
}

/** Throws `ModernError` -32022 for a version that is not spoken here; its data says which are. */
export function requireModernVersion(requested: string): void {
  if (isModernVersion(requested)) return;
  throw new ModernError(
    modernCodes.unsupportedVersion,
    `This protocol version is not supported here; use ${modernVersions.join(' or ')}.`,
    { data: { supported: [...modernVersions], requested } },
  );
}

function invalid(what: string, right: string): ModernError {
  return new ModernError(rpcCodes.invalidParams, `${what} in "params" must be ${right}.`);
}
