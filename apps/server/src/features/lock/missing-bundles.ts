import { access } from 'node:fs/promises';

import type { LockDocument, LockInstance } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { bundleFile, sha256Pattern } from '../bundles/bundle-files.ts';
import type { Step } from './plan-lock.ts';

/** Makes a problem of each change that needs a bundle which nobody uploaded, and says what to do. */
export async function findMissingBundles(
  { server }: Pick<AppServices, 'server'>,
  organizationId: string,
  document: LockDocument,
  changes: readonly Step[],
): Promise<readonly Step[]> {
  return Promise.all(
    changes.map(async (change) => {
      const sha256 = neededBundle(document, change);
      if (sha256 === undefined) return change;
      const isThere = await access(bundleFile(server.dataDir, organizationId, sha256)).then(
        () => true,
        () => false,
      );
      if (isThere) return change;
      const problem = `The bundle that it runs is not here, and nothing tells where to fetch it (SHA-256 ${sha256}). Upload its file by adding it, then apply again: plugboard server add ./file.mcpb --name ${change.id}`;
      return { ...change, problem };
    }),
  );
}

function neededBundle(
  { instances }: LockDocument,
  { kind, action, id, fields, problem }: Step,
): string | undefined {
  const installs = action === 'create' || fields.some(({ path }) => path !== 'toolbox');
  if (kind !== 'instance' || action === 'delete' || !installs || problem !== undefined)
    return undefined;
  const instance = instances?.find(({ slug }) => slug === id);
  if (instance?.source.type !== 'mcpb' || isListed(instance)) return undefined;
  const { sha256 } = instance.source;
  return sha256Pattern.test(sha256) ? sha256 : undefined;
}

/** Whether its entry says where the bundle is to be had. */
function isListed({ entry }: LockInstance): boolean {
  const packages: unknown = entry?.['packages'];
  if (!Array.isArray(packages)) return false;
  return packages.some((each: unknown) => {
    if (typeof each !== 'object' || each === null || !('identifier' in each)) return false;
    return typeof each.identifier === 'string' && each.identifier.startsWith('https://');
  });
}
