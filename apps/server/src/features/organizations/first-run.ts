import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds } from '../../store/tenant.ts';
import { ensureDemoToken, ensureOwnerKey } from './first-keys.ts';
import { ensureOrganization } from './first-organization.ts';

type Services = Pick<AppServices, 'audit' | 'clock' | 'db' | 'heard' | 'keyring' | 'server'>;

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
  const marker = firstRunMarker(services);
  if ((await listOrganizationIds(services.db)).length === 0) {
    await writeFile(marker, 'The first run is not finished.\n', { mode: 0o600 });
  }
  const { organizationId } = await ensureOrganization(services);
  await ensureOwnerKey(services, organizationId);
  await ensureDemoToken(services, organizationId);
  return { organizationId, isFirst: await exists(marker) };
}

/** The file that says that a first run is not finished. */
export function firstRunMarker({ server }: Pick<AppServices, 'server'>): string {
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
