import { setTimeout as delay } from 'node:timers/promises';

import { AppError, isAppError } from '@plugboard/contracts';

import type { Connection } from './connection.ts';
import { acceptedModern, discover, type Discovery } from './discover.ts';
import { isRefusal } from './handshake-answer.ts';
import { isMisunderstanding, isStumble } from './http-failure.ts';
import { acceptedLegacy, initialize } from './initialize.ts';
import type { UpstreamOptions } from './upstream.ts';

/**
 * How long a server may be silent to `server/discover` until it is asked `initialize` as well: some
 * drop what they do not know. One that was modern before is given half of all the time, since
 * a server of both eras that has read `initialize` is a legacy one from then on.
 */
const quietMs = 5000;

/**
 * Introduces us to the server in the era that it speaks, the modern one where it speaks both, within
 * `initializeTimeoutMs`. Ends the connection when it fails.
 */
export async function shakeHands(
  connection: Connection,
  options: UpstreamOptions,
): Promise<Connection> {
  const totalMs = options.initializeTimeoutMs ?? 60_000;
  const done = new AbortController();
  const signal =
    options.signal === undefined ? done.signal : AbortSignal.any([options.signal, done.signal]);
  try {
    await negotiate({ connection, options, signal, endsAt: performance.now() + totalMs });
    return connection;
  } catch (cause) {
    const error = isAppError(cause, 'upstream_timeout')
      ? new AppError(
          'upstream_timeout',
          `the server gave no answer to the handshake within ${totalMs} ms`,
          { cause },
        )
      : cause;
    connection.fail(error instanceof Error ? error : new Error('the handshake failed'));
    throw error;
  } finally {
    done.abort();
  }
}

interface Negotiation {
  readonly connection: Connection;
  readonly options: UpstreamOptions;
  /** Aborts when all is settled. */
  readonly signal: AbortSignal;
  /** On the clock of `performance.now`. */
  readonly endsAt: number;
}

async function negotiate(negotiation: Negotiation): Promise<void> {
  const { options } = negotiation;
  if (acceptedModern(options).length === 0) await greet(negotiation);
  else if (acceptedLegacy(options).length === 0) await takeModern(negotiation, ask(negotiation));
  else if (options.era === 'legacy') await tryLegacyFirst(negotiation);
  else await tryModernFirst(negotiation);
}

/** For a server that was legacy before, and may have learned since. */
async function tryLegacyFirst(negotiation: Negotiation): Promise<void> {
  try {
    await greet(negotiation);
  } catch (refused) {
    if (!wasTurnedDown(refused)) throw refused;
    await takeModern(negotiation, ask(negotiation), refused);
  }
}

async function tryModernFirst(negotiation: Negotiation): Promise<void> {
  const { connection, options, signal } = negotiation;
  const halfMs = left(negotiation) / 2;
  const patienceMs = options.era === 'modern' ? halfMs : Math.min(quietMs, halfMs);
  const asked = ask(negotiation);
  const silence = delay(patienceMs, undefined, { signal });
  // Whichever comes second is of no interest any more.
  silence.catch(() => undefined);
  asked.catch(() => undefined);
  const discovery = await Promise.race([asked, silence]).catch((error: unknown) => {
    // That tells nothing of its era; what it answers to `initialize` will.
    if (options.era === undefined && isStumble(error)) return { era: 'legacy' as const };
    const hasEnded = connection.hasEnded && isAppError(error, 'upstream_failed');
    throw hasEnded ? endedAtDiscover(error) : error;
  });
  if (discovery?.era === 'modern') connection.welcome(discovery.hello, discovery.meta);
  else if (discovery?.era === 'legacy') await greet(negotiation);
  else await greetBesides(negotiation, asked);
}

/**
 * Asks a silent server `initialize` too. Its answer decides: a server of both eras may have answered
 * both, and is a legacy one once it has read this.
 */
async function greetBesides(negotiation: Negotiation, asked: Promise<Discovery>): Promise<void> {
  try {
    await greet(negotiation);
  } catch (refused) {
    if (!wasTurnedDown(refused)) throw refused;
    await takeModern(negotiation, asked, refused);
  }
}

/** Goes on in the modern era; where that is not to be, fails with `otherwise`, which came before. */
async function takeModern(
  { connection, options }: Negotiation,
  asked: Promise<Discovery>,
  otherwise?: unknown,
): Promise<void> {
  let discovery: Discovery;
  try {
    discovery = await asked;
  } catch (error) {
    throw otherwise !== undefined && !isAppError(error, 'upstream_failed') ? otherwise : error;
  }
  if (discovery.era === 'modern') connection.welcome(discovery.hello, discovery.meta);
  else throw otherwise ?? noneCommon(options);
}

function ask(negotiation: Negotiation): Promise<Discovery> {
  const { connection, options, signal } = negotiation;
  return discover(connection, options, left(negotiation), signal);
}

function greet(negotiation: Negotiation): Promise<void> {
  return initialize(negotiation.connection, negotiation.options, left(negotiation));
}

function left({ endsAt }: Negotiation): number {
  return Math.max(1, endsAt - performance.now());
}

/** Whether a server that was asked `initialize` answered, and had none of it. */
function wasTurnedDown(error: unknown): boolean {
  return isRefusal(error) || isMisunderstanding(error);
}

function endedAtDiscover(cause: unknown): AppError {
  const words = cause instanceof Error ? cause.message : 'the connection ended';
  return new AppError('upstream_failed', `${words} when it was asked "server/discover"`, {
    cause,
    details: { endedAt: 'server/discover' },
  });
}

/**
 * Whether connecting failed since the server ended on being asked `server/discover`, as some legacy
 * ones do that take nothing but `initialize`: started anew with the era `legacy` they may serve.
 */
export function endedWhenProbed(error: unknown): boolean {
  return isAppError(error) && error.details?.['endedAt'] === 'server/discover';
}

function noneCommon(options: UpstreamOptions): AppError {
  return new AppError(
    'upstream_failed',
    `the server speaks none of the protocol versions ${options.protocolVersions?.join(', ')}`,
  );
}
