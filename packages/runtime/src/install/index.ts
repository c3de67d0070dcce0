export { createInstaller } from './installer.ts';
export type { Installer, InstalledPackage, InstallerOptions, InstallRequest } from './installer.ts';
