import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { bundleFile, bundleFolder } from './bundle-files.ts';

/** An upload is kept this long for whoever is about to install it. */
const keptMs = 24 * 60 * 60 * 1000;

/** Removes bundles that were uploaded a day ago and that no instance and no revision was made of. */
export async function removeUnusedBundles(
  { db, clock, server: { dataDir } }: Pick<AppServices, 'db' | 'clock' | 'server'>,
  organizationId: string,
): Promise<void> {
  const folder = bundleFolder(dataDir, organizationId);
  const old: string[] = [];
  for (const name of await namesIn(folder)) {
    const changed = await stat(join(folder, name)).catch(() => undefined);
    if (changed && clock() - changed.mtimeMs > keptMs) old.push(name);
  }
  if (old.length === 0) return;
  const used = await usedDigests(db, organizationId);
  for (const name of old) {
    if (!used.has(name.replace(/\.mcpb$/, ''))) await rm(join(folder, name), { force: true });
  }
}

/** Removes one bundle, unless an instance or a revision was made of it. */
export async function removeUnusedBundle(
  { db, server: { dataDir } }: Pick<AppServices, 'db' | 'server'>,
  organizationId: string,
  sha256: string,
): Promise<void> {
  const used = await usedDigests(db, organizationId);
  if (!used.has(sha256)) await rm(bundleFile(dataDir, organizationId, sha256), { force: true });
}

function usedDigests(
  db: AppServices['db'],
  organizationId: string,
): Promise<ReadonlySet<string | undefined>> {
  return withTenant(db, organizationId, async (tx) => {
    const rows = [
      ...(await tx.selectFrom('instances').select('package').execute()),
      ...(await tx.selectFrom('instance_revisions').select('package').execute()),
    ];
    return new Set(rows.map((row) => digestOf(row.package)));
  });
}

function digestOf(stored: unknown): string | undefined {
  if (typeof stored !== 'object' || stored === null || !('sha256' in stored)) return undefined;
  return typeof stored.sha256 === 'string' ? stored.sha256 : undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
