export { forbidCoreFiles } from './core-files.ts';
export { instanceFolders } from './folders.ts';
export type { InstanceFolders } from './folders.ts';
export { parseAllowList } from './network/allow-list.ts';
export type { AllowList } from './network/allow-list.ts';
export type { Destination } from './network/egress-proxy.ts';
export { probeSandbox } from './probe.ts';
export type { SandboxReport, SandboxTier } from './probe.ts';
export { reapOrphans } from './reap.ts';
