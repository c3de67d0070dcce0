import { createHmac } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { sql } from 'kysely';

import type { AppServices } from '../../../app/services.ts';

type Services = Pick<AppServices, 'db' | 'people' | 'clock'>;

/** How often something may be tried within some time. */
export interface Limit {
  readonly name: string;
  readonly attempts: number;
  readonly perMs: number;
}

const minute = 60_000;

/** Wrong passwords and codes for one account, whether it exists or not. */
export const accountLimit: Limit = { name: 'account', attempts: 10, perMs: 15 * minute };
/** Wrong passwords and codes from one address, for whichever accounts. */
export const addressLimit: Limit = { name: 'address', attempts: 50, perMs: 15 * minute };
/** Requests that each leave a row or send a mail. */
export const requestLimit: Limit = { name: 'request', attempts: 60, perMs: minute };
export const mailLimit: Limit = { name: 'mail', attempts: 3, perMs: 60 * minute };

/**
 * Counts an attempt before it is made, so that many at once are no way around it. The count is in the
 * database: for all nodes, and beyond restarts. Throws `AppError('rate_limited')` when there were too
 * many; what is counted is known by a keyed hash alone.
 */
export async function takeAttempt(services: Services, limit: Limit, of: string): Promise<void> {
  const now = services.clock();
  const key = await keyOf(services, limit, of);
  const resets = new Date(now + limit.perMs);
  const { rows } = await sql<{ attempts: number; resets_at: Date }>`
    insert into sign_in_limits as l (key, attempts, resets_at) values (${key}, 1, ${resets})
    on conflict (key) do update set
      attempts = case when l.resets_at <= ${new Date(now)} then 1 else l.attempts + 1 end,
      resets_at = case when l.resets_at <= ${new Date(now)} then excluded.resets_at else l.resets_at end
    returning attempts, resets_at`.execute(services.db);
  const [row] = rows;
  if (!row || row.attempts <= limit.attempts) return;
  const retryAfterMs = Math.max(1000, row.resets_at.getTime() - now);
  throw new AppError(
    'rate_limited',
    `Too many attempts. Wait ${Math.ceil(retryAfterMs / minute)} minutes and try again.`,
    { retryAfterMs, details: { reason: limit.name } },
  );
}

/** Forgets attempts, after one that was right. */
export async function clearAttempts(services: Services, limit: Limit, of: string): Promise<void> {
  const key = await keyOf(services, limit, of);
  await services.db.deleteFrom('sign_in_limits').where('key', '=', key).execute();
}

/** Gives back an attempt that was right. */
export async function returnAttempt(services: Services, limit: Limit, of: string): Promise<void> {
  const key = await keyOf(services, limit, of);
  await services.db
    .updateTable('sign_in_limits')
    .set((eb) => ({ attempts: eb('attempts', '-', 1) }))
    .where('key', '=', key)
    .where('attempts', '>', 0)
    .execute();
}

/** Drops counts whose time is over. */
export async function sweepLimits({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  await db.deleteFrom('sign_in_limits').where('resets_at', '<=', new Date(clock())).execute();
}

async function keyOf({ people }: Services, { name }: Limit, of: string): Promise<Buffer> {
  const key = await people.sessionKey();
  return createHmac('sha256', key).update(`limit\n${name}\n${of}`).digest();
}
