export { decide } from './access/decide.ts';
export type { Decision, Grant, GrantTarget, Subject } from './access/decide.ts';
export { decideOffering } from './access/decide-offering.ts';
export { explainDecision } from './access/explain.ts';
export type {
  AuditRecord,
  CallIntent,
  CallOutcome,
  ChangeRecord,
  RecordedArguments,
} from './audit-record.ts';
export { credentialSetOf, sharedCredentials } from './call/credential-set.ts';
export type { CallIdentity } from './call/credential-set.ts';
export type { Caller } from './call/record.ts';
export { createGateway } from './create-gateway.ts';
export type { Gateway, GatewayLimits, GatewayOptions } from './create-gateway.ts';
export { parseEndpoint } from './endpoint.ts';
export type { Endpoint } from './endpoint.ts';
export { agentScope } from './http/authenticate.ts';
export {
  baseUrlFor,
  resourceMetadataUrl,
  resourceOfMetadata,
  resourcePath,
  resourceUrl,
} from './http/protected-resource.ts';
export type { ServerInfo } from './methods/initialize.ts';
export type {
  AccessSnapshot,
  AccessSource,
  AgentDirectory,
  AgentIdentity,
  AuditLog,
  IncomingMail,
  Mail,
  OfferedInstance,
  Offering,
  OnChange,
  OwnConnection,
  SessionAddress,
  SessionMail,
  SessionStore,
  StateSealer,
  StoredSession,
  StreamEvent,
  StreamStore,
  TaskStore,
  UpstreamPlace,
  Upstreams,
} from './ports.ts';
export { exposeName, exposeUri, parseExposedUri } from './toolset/naming.ts';
export type { Entry, Toolset } from './toolset/toolset.ts';
