import { isAppError } from '@plugboard/contracts';
import type { LockDocument } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { verifyPackage } from './apply/locked-candidate.ts';
import type { Step } from './plan-lock.ts';

/**
 * Asks registries whether what is to be installed can be had as it is locked; nothing is installed.
 * What cannot becomes a problem of its change. One after the other: each is a process of npm's.
 */
export async function verifySources(
  services: Pick<AppServices, 'installer'>,
  document: LockDocument,
  changes: readonly Step[],
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const verified: Step[] = [];
  for (const change of changes) {
    const problem = await findProblem(services, document, change, signal);
    verified.push(problem === undefined ? change : { ...change, problem });
  }
  return verified;
}

async function findProblem(
  services: Pick<AppServices, 'installer'>,
  document: LockDocument,
  { kind, action, id, fields, problem }: Step,
  signal: AbortSignal,
): Promise<string | undefined> {
  const installs = action === 'create' || fields.some(({ path }) => path.startsWith('source.'));
  if (kind !== 'instance' || action === 'delete' || !installs || problem !== undefined)
    return undefined;
  const instance = document.instances?.find(({ slug }) => slug === id);
  if (!instance) return undefined;
  try {
    await verifyPackage(services, instance, { tell: () => {}, signal });
    return undefined;
  } catch (error) {
    if (isAppError(error) && error.code !== 'cancelled') return error.message;
    throw error;
  }
}
