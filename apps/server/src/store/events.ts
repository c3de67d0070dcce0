import { setTimeout as delay } from 'node:timers/promises';

import type { ChangeEvent } from '@plugboard/contracts';
import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';

import { clientConfig, type Connection } from './pool.ts';
import type { Database } from './schema.ts';
import type { StoreLog } from './store-log.ts';

const channel = 'plugboard_changes';
/** What NOTIFY carries, in bytes. */
const longestPayload = 7999;
const reconnectDelaysMs = [50, 100, 250, 500, 1000, 2000, 5000] as const;
const heartbeatMs = 15_000;

type Listener = (event: ChangeEvent) => void;

/** Hears the change events of this and every other node. */
export interface ChangeFeed extends AsyncDisposable {
  /** Returns how to stop. A listener must not throw; if it does the others still hear. */
  onChange(listener: Listener): () => void;
  /**
   * Resolves when every change committed before has been heard here, so that who made one finds
   * it in force. Never rejects: a lost connection makes up for what it missed by itself.
   */
  heard(): Promise<void>;
}

/** Tells every node of a change when the transaction commits, and nobody if it does not. */
export async function publish(tx: Kysely<Database>, event: ChangeEvent): Promise<void> {
  const payload = JSON.stringify(event);
  if (Buffer.byteLength(payload) > longestPayload) {
    throw new RangeError(`a change event has at most ${longestPayload} bytes`);
  }
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}

/**
 * Listens on a connection of its own, and resolves once it does. When the connection is lost it
 * comes back by itself and then says `everything`, for events may have been missed.
 */
export async function listen(connection: Connection, log: StoreLog): Promise<ChangeFeed> {
  const listeners = new Set<Listener>();
  const stopping = new AbortController();

  function emit(event: ChangeEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error({ error, event: event.kind }, 'a listener of change events failed');
      }
    }
  }

  let current: Session | undefined;

  async function keepListening(first: Session): Promise<void> {
    let session: Session | undefined = first;
    while (session !== undefined) {
      current = session;
      await Promise.race([session.ended, once(stopping.signal)]);
      current = undefined;
      await session.end();
      if (stopping.signal.aborted) return;
      log.debug({}, 'the connection for change events was lost');
      session = await reconnect(connection, emit, stopping.signal);
      if (session !== undefined) emit({ kind: 'everything' });
    }
  }

  const running = keepListening(await openSession(connection, emit));
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    heard: () => current?.heard() ?? Promise.resolve(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

interface Session {
  readonly ended: Promise<void>;
  heard(): Promise<void>;
  end(): Promise<void>;
}

async function reconnect(
  connection: Connection,
  emit: Listener,
  stopping: AbortSignal,
): Promise<Session | undefined> {
  for (let failures = 0; ; failures += 1) {
    const wait = reconnectDelaysMs[Math.min(failures, reconnectDelaysMs.length - 1)];
    await delay(wait, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted) return undefined;
    try {
      return await openSession(connection, emit);
    } catch {
      // Still away: whoever needs the database now says so.
    }
  }
}

async function openSession(connection: Connection, emit: Listener): Promise<Session> {
  const client = new Client(clientConfig(connection, 'events'));
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
    client.on('error', () => resolve());
  });
  client.on('notification', ({ payload }) => emit(parseEvent(payload ?? '')));
  try {
    await client.connect();
    await client.query(`listen ${channel}`);
  } catch (error) {
    await endQuietly(client);
    throw error;
  }
  // A connection that only listens would not notice that the far side is gone.
  const heartbeat = setInterval(() => {
    client.query('select').catch(() => undefined);
  }, heartbeatMs);
  heartbeat.unref();
  return {
    ended,
    async heard() {
      // What was notified before is delivered before the answer to this.
      await Promise.race([client.query('select').catch(() => undefined), ended]);
    },
    end() {
      clearInterval(heartbeat);
      return endQuietly(client);
    },
  };
}

async function endQuietly(client: Client): Promise<void> {
  // It is over either way.
  await client.end().catch(() => undefined);
}

/** Only our own nodes may notify; what we do not understand may be of a newer one. */
function parseEvent(payload: string): ChangeEvent {
  try {
    const event: unknown = JSON.parse(payload);
    if (isChangeEvent(event)) return event;
  } catch {
    // Falls through to the event that covers all others.
  }
  return { kind: 'everything' };
}

const kinds: Readonly<Record<ChangeEvent['kind'], true>> = {
  access: true,
  identity: true,
  instance: true,
  instance_credentials: true,
  connection: true,
  definitions: true,
  session: true,
  keys: true,
  master_keys: true,
  signed_out: true,
  everything: true,
};

function isChangeEvent(value: unknown): value is ChangeEvent {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return typeof value.kind === 'string' && Object.hasOwn(kinds, value.kind);
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
