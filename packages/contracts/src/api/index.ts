export { apiContract } from './contract.ts';
export type { ApiClient } from './contract.ts';
export { apiErrorBodySchema, appErrorFromApi, decodeApiError } from './errors.ts';
export type { ApiErrorBody, ApiErrorData } from './errors.ts';
export type { AccessDecision } from './access.ts';
export type { AccessCell, AccessMatrix } from './access-matrix.ts';
export type { Agent, AgentClient, AgentToken, NewAgentClient, NewAgentToken } from './agents.ts';
export type {
  AuditDetail,
  AuditEntry,
  AuditExportLine,
  AuditPageView,
  AuditVerification,
} from './audit.ts';
export type { CallResult } from './calls.ts';
export type {
  CatalogCard,
  CatalogDocument,
  CatalogHighlights,
  CatalogReadme,
  CatalogSearch,
  CatalogServer,
  CatalogSuggestions,
  CatalogTool,
  CatalogToolSearch,
  CatalogVersions,
} from './catalog.ts';
export {
  configurationChangeSchema,
  layerSettingsSchema,
  settingsPatchSchema,
  templateSettingsSchema,
} from './configuration-values.ts';
export type {
  ConfigurationChange,
  ConfigurationPlan,
  ConfigurationProblemView,
  ConfigurationTestEvent,
  ConfigurationView,
  ConfigureEvent,
  DescribedConfiguration,
  InheritancePlan,
  InheritEvent,
  LayerView,
  SettingChange,
  SettingsPatch,
  TemplateView,
} from './configuration-values.ts';
export { connectionGrants, connectionStates } from './connections.ts';
export type {
  BeginConnectionInput,
  BegunConnection,
  ConnectionGrant,
  ConnectionRequestView,
  ConnectionState,
  ConnectionView,
} from './connections.ts';
export type {
  AccountView,
  BindingView,
  CredentialOwnerView,
  InstanceCredentials,
} from './credential-bindings.ts';
export { accountSlotSchema, credentialBindingsSchema } from './credential-bindings.ts';
export type {
  BulkCredentialsInput,
  BulkOutcome,
  ChangeCredentialInput,
  CreateCredentialInput,
  CredentialTest,
  CredentialVersionView,
  CredentialView,
  ListCredentialsInput,
  ReplaceCredentialInput,
  ShownCredential,
  StoredCredential,
} from './credentials.ts';
export type {
  Grant,
  GrantChange,
  GrantEffect,
  GrantsPreview,
  GrantsSet,
  SetGrantsInput,
} from './grants.ts';
export type { KeyRotation, VaultStatus } from './keys.ts';
export type { ProviderView, SetProviderInput } from './providers.ts';
export {
  argumentsSchema,
  environmentVariablesSchema,
  headersSchema,
  limitsSchema,
  mountSchema,
  networkPolicySchema,
  remoteTransportSchema,
} from './launch.ts';
export { addInstanceSchema } from './instances.ts';
export type {
  AddInstanceEvent,
  AddInstanceInput,
  Instance,
  InstanceStateView,
  InstanceTest,
  LogLine,
  PlanInstanceInput,
} from './instances.ts';
export { changeSubjects } from './live.ts';
export type { LiveCall, LiveEvent } from './live.ts';
export { needKinds } from './overview.ts';
export type { Need, NeedKind, Overview } from './overview.ts';
export { licencePolicySchema } from './licence-policy.ts';
export type { LicencePolicy } from './licence-policy.ts';
export { installPlanSchema } from './install-plan.ts';
export type { InstallConflict, InstallPlan } from './install-plan.ts';
export {
  configurationOrigins,
  configurationValuesSchema,
  instanceSettingsSchema,
} from './settings.ts';
export type {
  ConfigurationOrigin,
  ConfigurationValue,
  ConfigurationValues,
  InstanceSettings,
} from './settings.ts';
export { canonicalLock, withoutExpired } from './lock-canonical.ts';
export { compareDefinitions, compareLocks } from './lock-compare.ts';
export type { LockChange, LockDrift, LockFieldChange, LockKind } from './lock-compare.ts';
export { lockDocumentSchema, maxLockBytes } from './lock-document.ts';
export type { LockCatalogSource, LockDocument, LockGrant, LockInstance } from './lock-document.ts';
export { findUnsafePart } from './lock-safety.ts';
export { maxBackupBytes } from './lock.ts';
export type { ApplyLockEvent, BackupContent, LockPlan, PlannedChange } from './lock.ts';
export type { Invitation, Member, NewInvitation } from './members.ts';
export { emailSchema, roleSchema } from './people.ts';
export type { ApiKey, Me, NewApiKey, Organization } from './people.ts';
export type { NewScimToken, ScimGroup, ScimToken } from './scim.ts';
export type { OfferingDefinition, OfferingView } from './offerings.ts';
export type {
  AddSourceInput,
  ChangeSourceInput,
  Source,
  Sync,
  SyncCounts,
  SyncEvent,
} from './sources.ts';
export type { AddSsoInput, SsoProviderView } from './sso.ts';
export type { DoctorCheck, DoctorReport, Status } from './status.ts';
export type { Toolbox } from './toolboxes.ts';
export { bundleSchema, maxBundleBytes } from './bundles.ts';
export type { BundleView } from './bundles.ts';
export type { ExportedServer } from './exports.ts';
export { maxImportBytes } from './imports.ts';
export type {
  ImportEvent,
  ImportInput,
  ImportOutcome,
  ImportPlan,
  PlannedServer,
} from './imports.ts';
export type {
  Changelog,
  ContractDiffView,
  InstanceChangedEvent,
  InstanceUpdates,
  PlanUpdateEvent,
  RevisionDiff,
  RevisionView,
  UpdatePlan,
} from './versions.ts';
