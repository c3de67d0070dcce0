export { createInstaller } from './installer.ts';
export type {
  InstalledPackage,
  Installer,
  InstallerOptions,
  InstallPlan,
  InstallRequest,
  PlanRequest,
} from './installer.ts';
