import { AppError } from '@plugboard/contracts';
import { sharedCredentials } from '@plugboard/gateway';

import type { AppServices } from '../../../app/services.ts';
import { readDefinitions, type Definitions } from '../../definitions/read-definitions.ts';
import { refreshDefinitions } from '../../definitions/refresh-definitions.ts';
import type { StoredInstance } from './stored-candidate.ts';

export type CheckServices = Pick<
  AppServices,
  'audit' | 'clock' | 'db' | 'definitionTurns' | 'heard' | 'supervisor'
>;

/**
 * Starts an instance as it is stored, in place of what runs of it, lists it, and stores what it lists.
 * It is listed with the credentials of the set, those for everybody by default.
 * Rejects when it does not start or does not list within the time a start may take.
 */
export async function checkInstance(
  services: CheckServices,
  { organization_id: organizationId, id }: Pick<StoredInstance, 'organization_id' | 'id'>,
  timeoutMs: number,
  credentialSet: string = sharedCredentials,
): Promise<Definitions> {
  // It may be set to fall asleep sooner than it lists.
  using _awake = services.supervisor.hold(organizationId, id, credentialSet);
  // Copies with other accounts are none of its business: they start with their next calls.
  if (credentialSet !== sharedCredentials) await services.supervisor.stop(id);
  await services.supervisor.restart(id);
  const upstream = await services.supervisor.acquire(organizationId, id, credentialSet);
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const definitions = await readDefinitions(upstream, late);
    await refreshDefinitions(services, { organizationId, id }, upstream);
    return definitions;
  } catch (error) {
    if (!late.aborted) throw error;
    const message = `It did not list what it offers within ${Math.round(timeoutMs / 1000)} s.`;
    throw new AppError('upstream_timeout', message, { cause: error });
  }
}
