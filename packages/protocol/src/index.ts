export { BriefMap } from './brief-map.ts';
export {
  acceptsEventStream,
  acceptsJson,
  isJsonContent,
  requestedVersion,
} from './downstream/accept.ts';
export { readBody } from './downstream/read-body.ts';
export { sendJson } from './downstream/send-json.ts';
export { SseStream } from './downstream/sse-stream.ts';
export type { EventFields, SseStreamOptions } from './downstream/sse-stream.ts';
export {
  buildError,
  buildNotification,
  buildRequest,
  buildResult,
  resultParts,
  withId,
} from './envelope/build.ts';
export { EnvelopeError, rpcCodes } from './envelope/envelope-error.ts';
export type { EnvelopeFault } from './envelope/envelope-error.ts';
export { idText, integerId, textOf } from './envelope/envelope.ts';
export type { Envelope, Range } from './envelope/envelope.ts';
export {
  findProgressToken,
  paramsText,
  parseParams,
  resultIsError,
  stringParam,
  withMember,
} from './envelope/params.ts';
export { readEnvelope } from './envelope/read-envelope.ts';
export { spliceEnvelope } from './envelope/splice-envelope.ts';
export { findMember, findPath } from './json/find-member.ts';
export { isRecord } from './json/record.ts';
export { JsonSyntaxError } from './json/json-syntax-error.ts';
export { insertionOf, lastMember, removalOf } from './json/members.ts';
export { parseUnambiguous } from './json/parse.ts';
export { scanArray, scanObject } from './json/scan.ts';
export type { Member } from './json/scan.ts';
export { splice, spliceParts } from './json/splice.ts';
export type { Edit } from './json/splice.ts';
export { readString } from './json/string.ts';
export { headerParameters } from './modern/header-parameters.ts';
export type { HeaderParameter } from './modern/header-parameters.ts';
export type { RequestHeaders } from './modern/header-value.ts';
export {
  buildInputRequired,
  readInputRequired,
  withRequestState,
} from './modern/input-required.ts';
export type { InputRequest, InputRequired } from './modern/input-required.ts';
export {
  buildInputResponses,
  readInput,
  withInput,
  withoutInput,
} from './modern/input-responses.ts';
export type { BroughtInput } from './modern/input-responses.ts';
export { checkRequest, mirroredHeaders } from './modern/mirrored-headers.ts';
export { missingCapabilities, missingCapabilityError } from './modern/missing-capabilities.ts';
export { modernCodes, ModernError } from './modern/modern-error.ts';
export {
  checkParameterHeaders,
  otherParameterHeaders,
  parameterHeaders,
} from './modern/parameter-headers.ts';
export { digestParams } from './modern/params-digest.ts';
export { logLevels, metaKeys, serverInfoKey, subscriptionIdKey } from './modern/request-meta.ts';
export type { RequestMeta } from './modern/request-meta.ts';
export { completedParts, resultTypeOf, withCaching, withResultType } from './modern/result-type.ts';
export type { Caching } from './modern/result-type.ts';
export { withoutRequestMeta, withRequestMeta } from './modern/splice-meta.ts';
export type { RequestMetaText } from './modern/splice-meta.ts';
export { connectSse } from './upstream/connect-sse.ts';
export type { SseOptions } from './upstream/connect-sse.ts';
export { connectStdio } from './upstream/connect-stdio.ts';
export type { StdioOptions } from './upstream/connect-stdio.ts';
export { connectStreamableHttp } from './upstream/connect-streamable-http.ts';
export type { StreamableHttpOptions } from './upstream/connect-streamable-http.ts';
export { endedWhenProbed } from './upstream/handshake.ts';
export type { HttpOptions } from './upstream/http-endpoint.ts';
export { listOfferings } from './upstream/list-offerings.ts';
export type { ListedOffering, ListLimits, OnUnusable } from './upstream/list-offerings.ts';
export type { Refusal, UpstreamAuthorization } from './upstream/upstream-authorization.ts';
export { SseParser } from './upstream/sse-parser.ts';
export type { SseEvent, SseParserOptions } from './upstream/sse-parser.ts';
export type {
  ClientInfo,
  MessageHandler,
  Stray,
  Upstream,
  UpstreamHello,
  UpstreamOptions,
  UpstreamRequest,
} from './upstream/upstream.ts';
export {
  assumedVersion,
  isLegacyVersion,
  isModernVersion,
  latestLegacyVersion,
  latestModernVersion,
  legacyVersions,
  modernVersions,
  negotiateVersion,
} from './versions.ts';
export type { Era, LegacyVersion, ModernVersion } from './versions.ts';
