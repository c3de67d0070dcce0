import { access } from 'node:fs/promises';

import type { AppServices } from '../../../app/services.ts';
import { removeUnusedPackage } from '../remove-files.ts';

export type PackageServices = Pick<AppServices, 'db' | 'packageFolders' | 'server'>;

/**
 * Keeps an installed package until disposed of, and then removes it if nothing uses it. Undefined
 * when it is not there any more.
 */
export async function holdPackage(
  services: PackageServices,
  installDir: string,
): Promise<AsyncDisposable | undefined> {
  const hold = await services.packageFolders.hold(installDir);
  if (!(await isThere(installDir))) {
    hold[Symbol.dispose]();
    return undefined;
  }
  return {
    async [Symbol.asyncDispose]() {
      hold[Symbol.dispose]();
      await releasePackage(services, installDir);
    },
  };
}

/** Deletes an installed package when no stored instance or revision names it and nobody holds it. */
export async function releasePackage(services: PackageServices, installDir: string): Promise<void> {
  await services.packageFolders.remove(installDir, () => removeUnusedPackage(services, installDir));
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
