import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { AppServices } from '../../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../../store/tenant.ts';
import { leftNotes } from './trial-notes.ts';

/**
 * Takes away what a process that died left of servers it was adding or trying: folders of instances
 * that were never stored, and packages that nothing names. To be called before the first is added.
 */
export async function sweepTrials(
  services: Pick<AppServices, 'db' | 'log' | 'logs' | 'server'>,
): Promise<void> {
  const { dataDir } = services.server;
  const left = await leftNotes(dataDir);
  if (left.length === 0) return;
  // Loaded for this alone: a start that finds nothing does without it.
  const { removeInstanceFiles, removeUnusedPackage } = await import('../remove-files.ts');
  let since = Infinity;
  for (const { note } of left) {
    if (note?.kind === 'package') since = Math.min(since, note.since);
    if (note?.kind !== 'instance' || (await isStored(services, note.id))) continue;
    await removeInstanceFiles(services, note.id);
    services.log.info({ instanceId: note.id }, 'removed what was left of a trial');
  }
  for (const installDir of await installedSince(join(dataDir, 'servers'), since)) {
    await removeUnusedPackage(services, installDir);
  }
  for (const { file } of left) await rm(file, { force: true });
}

async function isStored({ db }: Pick<AppServices, 'db'>, id: string): Promise<boolean> {
  for (const organizationId of await listOrganizationIds(db)) {
    const found = await withTenant(db, organizationId, (tx) =>
      tx.selectFrom('instances').select('id').where('id', '=', id).executeTakeFirst(),
    );
    if (found) return true;
  }
  return false;
}

/** File systems tell the time of a folder less exactly than the clock. */
const slackMs = 2_000;

async function installedSince(serversDir: string, since: number): Promise<readonly string[]> {
  if (since === Infinity) return [];
  const found: string[] = [];
  for (const name of await readdir(serversDir).catch(() => [])) {
    if (name.startsWith('.')) continue;
    for (const version of await readdir(join(serversDir, name))) {
      const folder = join(serversDir, name, version);
      const { mtimeMs, ctimeMs } = await stat(folder);
      if (Math.max(mtimeMs, ctimeMs) >= since - slackMs) found.push(folder);
    }
  }
  return found;
}
