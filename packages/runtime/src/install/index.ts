export { createInstaller } from './installer.ts';
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
} from './installer.ts';
