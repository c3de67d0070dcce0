import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';
import type { BundleView } from '@plugboard/contracts/api';

import { api } from '../../http/api/context.ts';
import { requirePermission } from '../members/require.ts';
import { bundleFile, bundleFolder, sha256Pattern } from './bundle-files.ts';
import { presentBundle } from './present-bundle.ts';

const routes = api.bundles;

export const bundlesRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'bundle.read');
    const folder = bundleFolder(services.server.dataDir, actor.organizationId);
    const bundles: BundleView[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      const sha256 = name.replace(/\.mcpb$/, '');
      if (sha256Pattern.test(sha256)) bundles.push(await presentBundle(join(folder, name), {}));
    }
    return { bundles: bundles.toSorted((a, b) => b.uploadedAt.localeCompare(a.uploadedAt)) };
  }),

  get: routes.get.handler(async ({ context: { actor, services }, input: { sha256 } }) => {
    requirePermission(actor, 'bundle.read');
    const file = bundleFile(services.server.dataDir, actor.organizationId, sha256);
    try {
      return await presentBundle(file, { sha256 });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      throw new AppError(
        'not_found',
        `No bundle with the SHA-256 ${sha256} was uploaded, or it was removed unused after a day.`,
      );
    }
  }),
});
