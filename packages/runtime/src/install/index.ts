export { createInstaller } from './installer.ts';
export type { InstalledPackage, Installer, InstallerOptions, InstallRequest } from './installer.ts';
