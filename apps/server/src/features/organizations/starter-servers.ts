import { rm } from 'node:fs/promises';

import { starterServers } from '@plugboard/catalog';
import { AppError, isAppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { addInstance, type AddServices } from '../instances/add-instance.ts';
import { selectInstance } from '../instances/queries.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { starterToolbox } from './first-organization.ts';
import { firstRunMarker } from './first-run.ts';

type Services = AddServices & Pick<AppServices, 'log'>;

export interface StarterOptions {
  /** Hears what is being done, in words for a person. */
  readonly onProgress: (message: string) => void;
  /** Hears what did not work and what to do about it. */
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Adds the starter servers that are not there yet. One that fails does not keep the others back. */
export async function addStarterServers(
  services: Services,
  organizationId: string,
  options: StarterOptions,
): Promise<void> {
  const missing = await missingServers(services, organizationId);
  await Promise.all(missing.map((server) => addStarter(services, organizationId, server, options)));
  if (!options.signal.aborted) await rm(firstRunMarker(services), { force: true });
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
  { onProgress, onWarning, signal }: StarterOptions,
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
