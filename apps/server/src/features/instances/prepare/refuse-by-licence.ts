import { AppError } from '@plugboard/contracts';
import type { LicencePolicy } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { readLicencePolicy } from '../../organizations/licence-policy.ts';
import { licenceConflicts, type Licensed } from '../plan/licence-conflicts.ts';
import type { RequestedServer } from './requested-server.ts';

/**
 * Throws `AppError('conflict')` when the licence policy refuses a package or one that it depends on,
 * before any of them is fetched.
 */
export async function refusePackageByLicence(
  { db, installer }: Pick<AppServices, 'db' | 'installer'>,
  organizationId: string,
  server: Extract<RequestedServer, { kind: 'package' }>,
  command: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const policy = await withTenant(db, organizationId, readLicencePolicy);
  const refusesAny = policy.allow !== null || policy.deny.length > 0 || policy.unknown === 'refuse';
  if (!refusesAny) return;
  const { packageSpec: spec } = server;
  const onProgress = () => undefined;
  const plan = await installer.plan({ spec, command, expected: server, signal, onProgress });
  refuse(policy, plan.packages);
}

/** Throws `AppError('conflict')` when the licence policy refuses one of these. */
export async function refuseByLicence(
  { db }: Pick<AppServices, 'db'>,
  organizationId: string,
  licensed: readonly Licensed[],
): Promise<void> {
  refuse(await withTenant(db, organizationId, readLicencePolicy), licensed);
}

function refuse(policy: LicencePolicy, licensed: readonly Licensed[]): void {
  const refusals = licenceConflicts(policy, licensed).filter(
    ({ severity }) => severity === 'error',
  );
  if (refusals.length === 0) return;
  throw new AppError(
    'conflict',
    refusals.map(({ message, cure }) => `${message} ${cure}`).join('\n'),
    { details: { conflicts: refusals } },
  );
}
