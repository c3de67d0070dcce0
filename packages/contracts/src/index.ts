export { AppError, errorKinds, isAppError } from './errors.ts';
export type { AppErrorOptions, ErrorCode, ErrorKind } from './errors.ts';
export type { ChangeEvent } from './events.ts';
export { idSchema, newId, slugSchema } from './ids.ts';
export { levelCovers, levels, levelSchema } from './levels.ts';
export type { Level } from './levels.ts';
export { offeringKinds, offeringKindSchema } from './offerings.ts';
export type { OfferingKind } from './offerings.ts';
export { apiContract, apiPrefix } from './api/contract.ts';
export type { ApiClient } from './api/contract.ts';
export { apiErrorBodySchema, appErrorFromApi, decodeApiError } from './api/errors.ts';
export type { ApiErrorBody, ApiErrorData } from './api/errors.ts';
export type { AccessDecision } from './api/access.ts';
export type { Agent, AgentToken, NewAgentToken } from './api/agents.ts';
export type { AuditEntry, AuditExportLine, AuditVerification } from './api/audit.ts';
export type { CallResult } from './api/calls.ts';
export type { Grant } from './api/grants.ts';
export {
  argumentsSchema,
  environmentVariablesSchema,
  headersSchema,
  limitsSchema,
  mountSchema,
  networkPolicySchema,
  remoteTransportSchema,
} from './api/launch.ts';
export { addInstanceSchema } from './api/instances.ts';
export type {
  AddInstanceEvent,
  AddInstanceInput,
  Instance,
  InstanceStateView,
  InstanceTest,
  LogLine,
} from './api/instances.ts';
export type { OfferingView } from './api/offerings.ts';
export type { DoctorCheck, DoctorReport, Status } from './api/status.ts';
export type { Toolbox } from './api/toolboxes.ts';
