import { AppError, isAppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { ReadServices } from './read-source.ts';
import { beatMs, type ClaimedSync, claimSync, noteSync, type SyncOutcome } from './sync-rows.ts';
import { openAuthorization } from './token.ts';

export type SyncServices = Pick<AppServices, 'db' | 'keyring' | 'server' | 'log'>;

/** Does what `readSource` does, here or elsewhere. */
export type ReadSource = (
  services: ReadServices,
  claimed: ClaimedSync,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Does a sync that waits, or goes on with one whose process died. Every batch is stored whole,
 * with where to go on after it. Resolves when it is over however it ended, which its row tells;
 * a sync that is somebody else's is left alone. Aborting puts it back in line.
 */
export async function runSync(
  services: SyncServices,
  organizationId: string,
  syncId: string,
  signal: AbortSignal,
  read: ReadSource = readHere,
): Promise<void> {
  const { db, log, server } = services;
  const claimed = await withTenant(db, organizationId, (tx) => claimSync(tx, syncId));
  if (!claimed) return;
  const lost = new AbortController();
  const limited = AbortSignal.any([signal, lost.signal]);
  const beat = keepBeating(services, organizationId, claimed, () => lost.abort(lostTurn()));
  try {
    const authorization = (await openAuthorization(services, claimed.source))?.reveal();
    await read({ db, place: server, authorization }, claimed, limited);
  } catch (error) {
    if (lost.signal.aborted) return;
    const outcome = outcomeOf(error, signal);
    if (outcome.state === 'failed' && !isAppError(error)) {
      log.error({ err: error, source: claimed.source.slug }, 'a sync failed inside');
    }
    await withTenant(db, organizationId, (tx) => noteSync(tx, claimed, undefined, outcome));
  } finally {
    beat[Symbol.dispose]();
  }
}

const readHere: ReadSource = async (...args) => {
  const { readSource } = await import('./read-source.ts');
  await readSource(...args);
};

function keepBeating(
  { db, log }: SyncServices,
  organizationId: string,
  claimed: ClaimedSync,
  lost: () => void,
): Disposable {
  const timer = setInterval(() => {
    withTenant(db, organizationId, (tx) => noteSync(tx, claimed, undefined)).then(
      (mine) => {
        if (!mine) lost();
      },
      (error: unknown) => log.debug({ err: error }, 'a sync could not say that it is alive'),
    );
  }, beatMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function outcomeOf(error: unknown, stopping: AbortSignal): SyncOutcome {
  if (stopping.aborted) return { state: 'queued' };
  if (isAppError(error)) return { state: 'failed', error: error.message };
  return { state: 'failed', error: 'Plugboard failed inside. Its log says more.' };
}

function lostTurn(): AppError {
  return new AppError('cancelled', 'The sync was cancelled, or another process goes on with it.');
}
