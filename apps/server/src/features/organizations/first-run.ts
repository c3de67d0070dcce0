import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { starterServers } from '@plugboard/catalog';
import { AppError, isAppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { addInstance, type AddServices } from '../instances/add-instance.ts';
import { selectInstance } from '../instances/queries.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { ensureDemoToken, ensureOwnerKey } from './first-keys.ts';
import { ensureOrganization, starterToolbox } from './first-organization.ts';

type Services = AddServices & Pick<AppServices, 'log'>;

export interface FirstRunOptions {
  /** Hears what is being done, in words for a person. */
  readonly onProgress: (message: string) => void;
  /** Hears what did not work and what to do about it. */
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface FirstRun {
  readonly organizationId: string;
  /** Whether this start made the organization or finished making it. */
  readonly isFirst: boolean;
}

/**
 * Makes what a new installation begins with. A marker file says that it is under way, so a start
 * that died in the middle is finished by the next one, and what the owner removed later stays so.
 */
export async function prepareOrganization(services: Services): Promise<FirstRun> {
  const marker = markerPath(services);
  if ((await listOrganizationIds(services.db)).length === 0) {
    await writeFile(marker, 'The first run is not finished.\n', { mode: 0o600 });
  }
  const { organizationId } = await ensureOrganization(services);
  await ensureOwnerKey(services, organizationId);
  await ensureDemoToken(services, organizationId);
  return { organizationId, isFirst: await exists(marker) };
}

/** Adds the starter servers that are not there yet. One that fails does not keep the others back. */
export async function addStarterServers(
  services: Services,
  organizationId: string,
  options: FirstRunOptions,
): Promise<void> {
  const missing = await missingServers(services, organizationId);
  await Promise.all(missing.map((server) => addStarter(services, organizationId, server, options)));
  if (!options.signal.aborted) await rm(markerPath(services), { force: true });
}

async function missingServers(
  { db }: Services,
  organizationId: string,
): Promise<readonly string[]> {
  return withTenant(db, organizationId, async (tx) => {
    if (!(await selectToolbox(tx, starterToolbox))) return [];
    const missing: string[] = [];
    for (const server of starterServers) {
      if (!(await selectInstance(tx, server))) missing.push(server);
    }
    return missing;
  });
}

async function addStarter(
  services: Services,
  organizationId: string,
  server: string,
  { onProgress, onWarning, signal }: FirstRunOptions,
): Promise<void> {
  try {
    await addInstance(
      services,
      { organizationId },
      { server, slug: server, toolbox: starterToolbox },
      { signal, onProgress: ({ message }) => onProgress(message) },
    );
    onProgress(`${server} is ready`);
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', 'The start was cancelled.');
    if (!isAppError(error)) services.log.error({ err: error, server }, 'a starter server failed');
    const reason = isAppError(error) ? error.message : 'it failed for a reason that the log tells';
    onWarning(
      `${server} was not added: ${reason} Everything else works; add it later with: plugboard server add ${server}`,
    );
  }
}

function markerPath({ server }: Services): string {
  return join(server.dataDir, 'first-run.pending');
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
