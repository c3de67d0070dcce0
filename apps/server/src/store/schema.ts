// Generated from the migrated schema by generate-schema.ts. Do not edit.
import type { ColumnType, Generated } from 'kysely';

/** Read as parsed, written as JSON text. */
type Json = ColumnType<unknown, string, string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type GeneratedJson = ColumnType<unknown, string | undefined, string>;

export interface AgentClients {
  organization_id: string;
  client_id: string;
  agent_id: string;
  name: string;
  secret_hash: Buffer | null;
  jwks: Json | null;
  token_id: string;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp | null;
  revoked_at: Timestamp | null;
}

export interface AgentTokens {
  id: string;
  organization_id: string;
  agent_id: string;
  name: string;
  hash: Buffer | null;
  hint: string;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp | null;
  revoked_at: Timestamp | null;
  kind: Generated<'static' | 'oauth'>;
  client_id: string | null;
  client_name: string | null;
  member_id: string | null;
  resources: string[] | null;
  toolbox_ids: string[] | null;
  last_used_at: Timestamp | null;
  parent_id: string | null;
}

export interface Agents {
  id: string;
  organization_id: string;
  slug: string;
  name: string;
  created_at: GeneratedTimestamp;
  revoked_at: Timestamp | null;
  member_id: string | null;
}

export interface ApiKeys {
  id: string;
  organization_id: string;
  member_id: string;
  name: string;
  hash: Buffer;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp | null;
  revoked_at: Timestamp | null;
}

export interface AuditCheckpoints {
  organization_id: string;
  seq: number;
  hash: Buffer;
  mac: Buffer;
  at: GeneratedTimestamp;
}

export interface AuditHeads {
  organization_id: string;
  seq: number;
  hash: Buffer;
}

export interface AuditRecords {
  organization_id: string;
  seq: number;
  at: Timestamp;
  kind: string;
  call_id: string | null;
  agent_id: string | null;
  instance_id: string | null;
  record: string;
  hash: Buffer;
}

export interface AuthorizationRequests {
  id: string;
  organization_id: string;
  state_hash: Buffer | null;
  member_id: string;
  browser_hash: Buffer | null;
  sealed: Buffer;
  connection_id: string | null;
  failure: string | null;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp;
  ended_at: Timestamp | null;
}

export interface CatalogPostings {
  organization_id: string;
  word: string;
  server_id: number;
  part: number;
  weight: number;
}

export interface CatalogServerTexts {
  organization_id: string;
  server_id: number;
  source_id: string;
  version: string;
  bundled_source_id: string | null;
  bundled_version: string | null;
  card: string;
  words: string;
  terms: string;
  digest: Buffer;
}

export interface CatalogServers {
  id: number;
  organization_id: string;
  name: string;
  viewer_from: number;
  viewer_to: number;
  category: string;
  tier: string;
  verified: boolean;
  transports: string[];
  runtimes: string[];
  license: string;
  source: string;
  status: string;
  features: string[];
  facets: string;
  facets_key: number;
  publisher: string;
  title: string;
  stars: number;
  downloads: number;
  popularity: number;
  boost: number;
  updated_at: Timestamp;
}

export interface CatalogSources {
  id: string;
  organization_id: string;
  slug: string;
  title: string;
  kind: 'bundled' | 'registry' | 'docker' | 'folder';
  location: string | null;
  audience: Generated<'admins' | 'members' | 'public'>;
  priority: Generated<number>;
  allow_private_network: Generated<boolean>;
  sealed_token: Buffer | null;
  enabled: Generated<boolean>;
  every_ms: number | null;
  resume: Json | null;
  watermark: string | null;
  synced_at: Timestamp | null;
  created_at: GeneratedTimestamp;
}

export interface CatalogSyncs {
  id: string;
  organization_id: string;
  source_id: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  progress: GeneratedJson;
  refusals: GeneratedJson;
  error: string | null;
  is_full: Generated<boolean>;
  member_id: string | null;
  queued_at: GeneratedTimestamp;
  started_at: Timestamp | null;
  beat_at: Timestamp | null;
  claim: string | null;
  ended_at: Timestamp | null;
}

export interface CatalogTools {
  organization_id: string;
  server_id: number;
  part: number;
  name: string;
  title: string | null;
  description: string | null;
  level: 'read' | 'write' | 'execute' | 'admin';
  level_from: 'catalog' | 'annotations' | 'assumed';
  words: string;
}

export interface CatalogVersions {
  organization_id: string;
  source_id: string;
  name: string;
  version: string;
  document: string;
  digest: Buffer;
  mark: Generated<Buffer>;
  status: Generated<'active' | 'deprecated' | 'deleted'>;
  status_message: string | null;
  is_latest: Generated<boolean>;
  published_at: Timestamp | null;
  updated_at: Timestamp | null;
  registry_meta: string | null;
  readme: string | null;
  tools: string | null;
  synced_at: GeneratedTimestamp;
}

export interface CatalogWords {
  organization_id: string;
  word: string;
  length: number;
  letters: number;
  seen_by_anybody: number;
  seen_by_members: number;
  seen_by_admins: number;
}

export interface ConfigurationLayers {
  organization_id: string;
  server_name: string;
  environment: 'dev' | 'staging' | 'prod';
  revision: number;
  settings: Json;
  member_id: string | null;
  note: string | null;
  created_at: GeneratedTimestamp;
}

export interface ConfigurationTemplates {
  id: string;
  organization_id: string;
  slug: string;
  title: string;
  server_name: string;
  settings: Json;
  member_id: string | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface ConnectionAgents {
  organization_id: string;
  connection_id: string;
  agent_id: string;
  member_id: string | null;
  created_at: GeneratedTimestamp;
}

export interface ConnectionConsents {
  organization_id: string;
  member_id: string;
  issuer: string;
  client_id: string;
  redirect_uri: string;
  scopes: string[];
  created_at: GeneratedTimestamp;
}

export interface ConnectionRefreshes {
  organization_id: string;
  connection_id: string;
  holder: string | null;
  version: number;
  held_until: Timestamp;
  unsure: Generated<boolean>;
}

export interface Connections {
  id: string;
  organization_id: string;
  credential_id: string;
  provider: string | null;
  issuer: string;
  server: GeneratedJson;
  resource: string | null;
  oauth_client_id: string;
  grant_type: 'authorization_code' | 'client_credentials' | 'jwt_bearer';
  identity_id: string | null;
  scopes: Generated<string[]>;
  wanted_scopes: Generated<string[]>;
  allow_private_network: Generated<boolean>;
  account: Json | null;
  state: 'connected' | 'needs_sign_in' | 'revoked';
  reason: string | null;
  access_expires_at: Timestamp | null;
  refresh_at: Timestamp | null;
  failures: Generated<number>;
  retry_at: Timestamp | null;
  refreshed_at: Timestamp | null;
  blocked_calls: Generated<number>;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface CredentialVersions {
  organization_id: string;
  credential_id: string;
  version: number;
  sealed: Buffer | null;
  member_id: string | null;
  note: string | null;
  created_at: GeneratedTimestamp;
  destroyed_at: Timestamp | null;
}

export interface Credentials {
  id: string;
  organization_id: string;
  owner_kind: 'organization' | 'member' | 'agent';
  member_id: string | null;
  agent_id: string | null;
  kind: 'api_key' | 'oauth' | 'database' | 'service_account' | 'basic' | 'custom';
  provider: string | null;
  name: string;
  labels: Generated<string[]>;
  facts: GeneratedJson;
  owner_key_id: string;
  sealed_key: Buffer | null;
  version: Generated<number>;
  expires_at: Timestamp | null;
  test: Json | null;
  created_by: string | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
  last_opened_at: Timestamp | null;
  destroyed_at: Timestamp | null;
}

export interface Grants {
  id: string;
  organization_id: string;
  agent_id: string;
  effect: 'allow' | 'deny';
  level: 'read' | 'write' | 'execute' | 'admin';
  toolbox_id: string | null;
  instance_id: string | null;
  offering_kind: 'tool' | 'prompt' | 'resource' | 'resource_template' | null;
  offering_name: string | null;
  expires_at: Timestamp | null;
  created_at: GeneratedTimestamp;
}

export interface InstallationKeys {
  purpose: string;
  master_key_id: string;
  sealed: Buffer;
  created_at: GeneratedTimestamp;
}

export interface InstanceCredentials {
  id: string;
  organization_id: string;
  instance_id: string;
  slot: string;
  place: 'env' | 'header' | 'file' | 'descriptor';
  template: string;
  owner_kind: 'organization' | 'member' | 'agent';
  member_id: string | null;
  agent_id: string | null;
  credential_id: string;
  destination: Json | null;
  created_at: GeneratedTimestamp;
}

export interface InstanceRevisions {
  organization_id: string;
  instance_id: string;
  revision: number;
  reason:
    | 'installed'
    | 'updated'
    | 'configured'
    | 'inherited'
    | 'rolled_back'
    | 'applied'
    | 'restored';
  version: string;
  entry: string | null;
  settings: Json;
  package: Json | null;
  launch: Json;
  sealed_secrets: Json;
  idle_ms: number;
  start_timeout_ms: number;
  contract: Json;
  member_id: string | null;
  note: string | null;
  created_at: GeneratedTimestamp;
}

export interface Instances {
  id: string;
  organization_id: string;
  toolbox_id: string;
  slug: string;
  server_name: string;
  version: string;
  launch: Json;
  sealed_secrets: GeneratedJson;
  idle_ms: Generated<number>;
  start_timeout_ms: Generated<number>;
  hello: string | null;
  defined_at: Timestamp | null;
  created_at: GeneratedTimestamp;
  era: 'legacy' | 'modern' | null;
  asks_clients: Generated<boolean>;
  entry: string | null;
  settings: GeneratedJson;
  package: Json | null;
  revision: Generated<number>;
  account: Generated<'organization' | 'member' | 'agent'>;
  account_slots: GeneratedJson;
  stopped_at: Timestamp | null;
  last_used_at: Timestamp | null;
  newer_version: string | null;
  newer_than: string | null;
  offers: Json | null;
  offers_at: Timestamp | null;
}

export interface Invitations {
  id: string;
  organization_id: string;
  email: string;
  role: 'owner' | 'admin' | 'member' | 'auditor';
  member_id: string | null;
  hash: Buffer;
  invited_by: string | null;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp;
  accepted_at: Timestamp | null;
  revoked_at: Timestamp | null;
}

export interface KeyRotations {
  id: string;
  organization_id: string;
  kind: 'owner' | 'master';
  master_key_id: string | null;
  state: 'running' | 'succeeded' | 'failed';
  done: Generated<number>;
  total: Generated<number>;
  error: string | null;
  member_id: string | null;
  created_at: GeneratedTimestamp;
  finished_at: Timestamp | null;
}

export interface LevelOverrides {
  organization_id: string;
  instance_id: string;
  kind: 'tool' | 'prompt' | 'resource' | 'resource_template';
  name: string;
  level: 'read' | 'write' | 'execute' | 'admin';
  created_at: GeneratedTimestamp;
}

export interface MasterKeys {
  id: string;
  installation_id: string;
  provider: 'file' | 'env' | 'aws-kms' | 'gcp-kms' | 'vault-transit';
  wrapped: Buffer | null;
  provider_key: string | null;
  bridge: Buffer | null;
  created_at: GeneratedTimestamp;
  retired_at: Timestamp | null;
  emptied_at: Timestamp | null;
}

export interface Members {
  id: string;
  organization_id: string;
  name: string;
  role: 'owner' | 'admin' | 'member' | 'auditor';
  created_at: GeneratedTimestamp;
  user_id: string | null;
  suspended_at: Timestamp | null;
  source: Generated<'invitation' | 'sso' | 'scim'>;
}

export interface OauthClients {
  id: string;
  organization_id: string;
  issuer: string;
  method: 'preregistered' | 'cimd' | 'dcr';
  client_id: string;
  sealed_secrets: Buffer | null;
  metadata: GeneratedJson;
  provider_id: string | null;
  expires_at: Timestamp | null;
  created_at: GeneratedTimestamp;
  replaced_at: Timestamp | null;
}

export interface OauthProviders {
  id: string;
  organization_id: string;
  slug: string;
  title: string;
  definition: string | null;
  issuer: string | null;
  variables: GeneratedJson;
  scopes: string[] | null;
  allow_private_network: Generated<boolean>;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface OauthRecords {
  kind: string;
  id_hash: Buffer;
  payload: Buffer;
  grant_hash: Buffer | null;
  uid_hash: Buffer | null;
  user_code_hash: Buffer | null;
  expires_at: Timestamp | null;
  consumed_at: Timestamp | null;
  created_at: GeneratedTimestamp;
}

export interface Offerings {
  organization_id: string;
  instance_id: string;
  kind: 'tool' | 'prompt' | 'resource' | 'resource_template';
  name: string;
  position: number;
  definition: string;
  hash: Buffer;
  level: 'read' | 'write' | 'execute' | 'admin';
}

export interface OrganizationDirectory {
  id: string;
  created_at: GeneratedTimestamp;
}

export interface OrganizationSettings {
  organization_id: string;
  licence_policy: Json | null;
  second_factor_required: Generated<boolean>;
  sso_required: Generated<boolean>;
}

export interface Organizations {
  id: string;
  slug: string;
  name: string;
  created_at: GeneratedTimestamp;
}

export interface OwnerKeys {
  id: string;
  organization_id: string;
  sealed: Buffer;
  created_at: GeneratedTimestamp;
  owner_kind: Generated<'organization' | 'member' | 'agent'>;
  owner_id: string | null;
  master_key_id: string | null;
  retired_at: Timestamp | null;
}

export interface PasswordLinks {
  hash: Buffer;
  user_id: string;
  resets_factors: Generated<boolean>;
  is_mailed: Generated<boolean>;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp;
}

export interface SchemaMigrations {
  number: number;
  name: string;
  checksum: string;
  applied_at: GeneratedTimestamp;
}

export interface ScimGroupMembers {
  organization_id: string;
  group_id: string;
  scim_user_id: string;
}

export interface ScimGroups {
  id: string;
  organization_id: string;
  display_name: string;
  external_id: string | null;
  role: 'owner' | 'admin' | 'member' | 'auditor' | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface ScimTokens {
  id: string;
  organization_id: string;
  name: string;
  hash: Buffer;
  hint: string;
  created_by: string | null;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp;
  revoked_at: Timestamp | null;
  last_used_at: Timestamp | null;
}

export interface ScimUsers {
  id: string;
  organization_id: string;
  member_id: string;
  user_name: string;
  external_id: string | null;
  display_name: string | null;
  formatted_name: string | null;
  given_name: string | null;
  family_name: string | null;
  email: string;
  given_role: 'owner' | 'admin' | 'member' | 'auditor' | null;
  suspended_at: Timestamp | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface SessionMessages {
  id: string;
  organization_id: string;
  id_hash: Buffer;
  stream: string | null;
  seq: Generated<number>;
  kind: 'answer' | 'message' | 'event' | 'last';
  body: Buffer;
  created_at: GeneratedTimestamp;
}

export interface Sessions {
  organization_id: string;
  id_hash: Buffer;
  agent_id: string;
  token_id: string;
  endpoint: string;
  protocol_version: string;
  client: string;
  log_level: string | null;
  created_at: GeneratedTimestamp;
  last_seen_at: GeneratedTimestamp;
  subscriptions: GeneratedJson;
}

export interface SignInLimits {
  key: Buffer;
  attempts: number;
  resets_at: Timestamp;
}

export interface SsoAttempts {
  organization_id: string;
  id: string;
  provider_id: string;
  purpose: 'sign_in' | 'test';
  request_hash: Buffer;
  browser_hash: Buffer | null;
  finish_hash: Buffer | null;
  sealed: Buffer;
  answered_at: Timestamp | null;
  finished_at: Timestamp | null;
  expires_at: Timestamp;
  created_at: GeneratedTimestamp;
}

export interface SsoDomains {
  organization_id: string;
  domain: string;
  provider_id: string;
  token: string;
  verified_at: Timestamp | null;
  verified_by: 'dns' | 'owner' | null;
  created_at: GeneratedTimestamp;
}

export interface SsoIdentities {
  organization_id: string;
  provider_id: string;
  subject: string;
  user_id: string;
  created_at: GeneratedTimestamp;
}

export interface SsoProviders {
  organization_id: string;
  id: string;
  slug: string;
  title: string;
  kind: 'oidc' | 'saml';
  enabled: Generated<boolean>;
  tested_at: Timestamp | null;
  settings: Json;
  sealed_secret: Buffer | null;
  default_role: 'owner' | 'admin' | 'member' | 'auditor' | null;
  role_rules: GeneratedJson;
  allow_owners: Generated<boolean>;
  created_at: GeneratedTimestamp;
}

export interface Tasks {
  organization_id: string;
  instance_id: string;
  task_id: string;
  agent_id: string;
  created_at: GeneratedTimestamp;
}

export interface Toolboxes {
  id: string;
  organization_id: string;
  slug: string;
  name: string;
  environment: Generated<'dev' | 'staging' | 'prod'>;
  created_at: GeneratedTimestamp;
  member_level: 'read' | 'write' | 'execute' | 'admin' | null;
}

export interface UserAccounts {
  id: string;
  user_id: string;
  provider_id: string;
  account_id: string;
  password: string | null;
  access_token: string | null;
  refresh_token: string | null;
  id_token: string | null;
  access_token_expires_at: Timestamp | null;
  refresh_token_expires_at: Timestamp | null;
  scope: string | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface UserPasskeys {
  id: string;
  user_id: string;
  name: string | null;
  public_key: string;
  credential_id: string;
  counter: number;
  device_type: string;
  backed_up: boolean;
  transports: string | null;
  aaguid: string | null;
  created_at: GeneratedTimestamp;
}

export interface UserSessions {
  id: string;
  user_id: string;
  token: string;
  method: Generated<string>;
  active_organization_id: string | null;
  seen_at: GeneratedTimestamp;
  ip_address: string | null;
  user_agent: string | null;
  expires_at: Timestamp;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
  sso_organization_id: string | null;
  sso_provider_id: string | null;
}

export interface UserTwoFactors {
  id: string;
  user_id: string;
  secret: string;
  backup_codes: string;
  verified: Generated<boolean>;
  failed_verification_count: Generated<number>;
  locked_until: Timestamp | null;
}

export interface UserVerifications {
  id: string;
  identifier: string;
  value: string;
  expires_at: Timestamp;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface Users {
  id: string;
  name: string;
  email: string;
  email_verified: Generated<boolean>;
  image: string | null;
  two_factor_enabled: Generated<boolean>;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface Database {
  agent_clients: AgentClients;
  agent_tokens: AgentTokens;
  agents: Agents;
  api_keys: ApiKeys;
  audit_checkpoints: AuditCheckpoints;
  audit_heads: AuditHeads;
  audit_records: AuditRecords;
  authorization_requests: AuthorizationRequests;
  catalog_postings: CatalogPostings;
  catalog_server_texts: CatalogServerTexts;
  catalog_servers: CatalogServers;
  catalog_sources: CatalogSources;
  catalog_syncs: CatalogSyncs;
  catalog_tools: CatalogTools;
  catalog_versions: CatalogVersions;
  catalog_words: CatalogWords;
  configuration_layers: ConfigurationLayers;
  configuration_templates: ConfigurationTemplates;
  connection_agents: ConnectionAgents;
  connection_consents: ConnectionConsents;
  connection_refreshes: ConnectionRefreshes;
  connections: Connections;
  credential_versions: CredentialVersions;
  credentials: Credentials;
  grants: Grants;
  installation_keys: InstallationKeys;
  instance_credentials: InstanceCredentials;
  instance_revisions: InstanceRevisions;
  instances: Instances;
  invitations: Invitations;
  key_rotations: KeyRotations;
  level_overrides: LevelOverrides;
  master_keys: MasterKeys;
  members: Members;
  oauth_clients: OauthClients;
  oauth_providers: OauthProviders;
  oauth_records: OauthRecords;
  offerings: Offerings;
  organization_directory: OrganizationDirectory;
  organization_settings: OrganizationSettings;
  organizations: Organizations;
  owner_keys: OwnerKeys;
  password_links: PasswordLinks;
  schema_migrations: SchemaMigrations;
  scim_group_members: ScimGroupMembers;
  scim_groups: ScimGroups;
  scim_tokens: ScimTokens;
  scim_users: ScimUsers;
  session_messages: SessionMessages;
  sessions: Sessions;
  sign_in_limits: SignInLimits;
  sso_attempts: SsoAttempts;
  sso_domains: SsoDomains;
  sso_identities: SsoIdentities;
  sso_providers: SsoProviders;
  tasks: Tasks;
  toolboxes: Toolboxes;
  user_accounts: UserAccounts;
  user_passkeys: UserPasskeys;
  user_sessions: UserSessions;
  user_two_factors: UserTwoFactors;
  user_verifications: UserVerifications;
  users: Users;
}
