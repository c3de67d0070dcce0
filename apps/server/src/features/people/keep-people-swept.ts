import type { AppServices } from '../../app/services.ts';
import { sweepLimits } from './limits/limits.ts';
import { absoluteMs, idleMs } from './session-ends.ts';

const everyMs = 60 * 60 * 1000;

/** Once an hour drops what is over of signing in: sessions, challenges, links, counts. */
export function keepPeopleSwept(services: Pick<AppServices, 'db' | 'clock' | 'log'>): Disposable {
  const timer = setInterval(() => {
    sweepPeople(services).catch((error: unknown) => {
      services.log.warn({ err: error }, 'ended sessions of people could not be dropped');
    });
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

export async function sweepPeople(services: Pick<AppServices, 'db' | 'clock'>): Promise<void> {
  const { db, clock } = services;
  const now = clock();
  await db
    .deleteFrom('user_sessions')
    .where((eb) =>
      eb.or([
        eb('expires_at', '<=', new Date(now)),
        eb('created_at', '<=', new Date(now - absoluteMs)),
        eb('seen_at', '<=', new Date(now - idleMs)),
      ]),
    )
    .execute();
  await db.deleteFrom('user_verifications').where('expires_at', '<=', new Date(now)).execute();
  await db.deleteFrom('password_links').where('expires_at', '<=', new Date(now)).execute();
  await sweepLimits(services);
}
