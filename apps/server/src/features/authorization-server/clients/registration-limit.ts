import { isAppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { type Limit, takeAttempt } from '../../people/limits/limits.ts';

const hour = 3_600_000;

/** Clients that register themselves from one address. */
export const registrationLimit: Limit = { name: 'registration', attempts: 60, perMs: hour };
/** From all addresses together: each leaves a row for a week. */
export const allRegistrationsLimit: Limit = { name: 'registrations', attempts: 2_000, perMs: hour };

/**
 * Counts a client that registers itself, for all nodes and beyond restarts. Resolves with the seconds to
 * wait before another try when it is one too many, else 0.
 */
export async function takeRegistration(
  services: Pick<AppServices, 'clock' | 'db' | 'people'>,
  address: string,
): Promise<number> {
  try {
    await takeAttempt(services, registrationLimit, address);
    await takeAttempt(services, allRegistrationsLimit, '');
    return 0;
  } catch (error) {
    if (!isAppError(error, 'rate_limited')) throw error;
    return Math.ceil((error.retryAfterMs ?? hour) / 1000);
  }
}
