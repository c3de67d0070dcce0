export type {
  ConnectOptions,
  Driver,
  Injection,
  RunningServer,
  ServerExit,
  ServerSinks,
} from './drivers/driver.ts';
export { createProcessDriver } from './drivers/process.ts';
export type { ProcessDriverOptions } from './drivers/process.ts';
export { createRemoteDriver } from './drivers/remote.ts';
export type { RemoteDriverOptions } from './drivers/remote.ts';
export { isReservedHeader } from './drivers/remote-headers.ts';
export { createInstaller } from './install/index.ts';
export type {
  ExpectedPackage,
  InstalledPackage,
  Installer,
  InstallerOptions,
  InstallPlan,
  InstallProgress,
  InstallRequest,
  PlannedPackage,
  PlanRequest,
} from './install/index.ts';
export { createPublished } from './install/published.ts';
export type {
  ChangelogFile,
  Published,
  PublishedOptions,
  PublishedPackage,
  PublishedReadme,
  PublishedVersion,
} from './install/published.ts';
export { defaultLimits, inlineSecrets } from './instance.ts';
export type {
  InjectedSecret,
  InstanceSource,
  InstanceSpec,
  NetworkPolicy,
  OpenSecrets,
  ProcessLaunch,
  RemoteLaunch,
  ResourceLimits,
  SecretPlace,
} from './instance.ts';
export type { Log } from './log.ts';
export type { LogLine } from './logs/log-line.ts';
export { createLogs } from './logs/logs.ts';
export type { LogLimits, Logs, LogsOptions } from './logs/logs.ts';
export type { LogQuery } from './logs/read-logs.ts';
export { createRedactor } from './logs/redact.ts';
export type { Redact } from './logs/redact.ts';
export { classifyAddress } from './outbound/address.ts';
export type { AddressClass } from './outbound/address.ts';
export type { Lookup } from './outbound/outbound.ts';
export { openOutboundFetch, resolveOutboundHost } from './outbound/outbound-fetch.ts';
export type {
  OutboundFetch,
  OutboundRequest,
  OutboundResponse,
} from './outbound/outbound-fetch.ts';
export {
  forbidCoreFiles,
  instanceFolders,
  parseAllowList,
  probeSandbox,
  reapOrphans,
} from './sandbox/index.ts';
export type {
  AllowList,
  Destination,
  InstanceFolders,
  SandboxReport,
  SandboxTier,
} from './sandbox/index.ts';
export { defaultSupervisorLimits } from './supervisor/limits.ts';
export type { SupervisorLimits } from './supervisor/limits.ts';
export type {
  SupervisorOptions,
  UpstreamListener,
  UpstreamOrigin,
  UpstreamRequestListener,
} from './supervisor/options.ts';
export type { OwnConnection } from './supervisor/own-connection.ts';
export type { Drivers } from './supervisor/start-server.ts';
export type { InstanceState, InstanceStatus } from './supervisor/state.ts';
export { createSupervisor } from './supervisor/supervisor.ts';
export type { Supervisor } from './supervisor/supervisor.ts';
