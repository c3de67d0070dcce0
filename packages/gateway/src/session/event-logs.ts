import { randomBytes } from 'node:crypto';

import type { StreamStore } from '../ports.ts';
import { EventLog } from './event-log.ts';
import type { Session } from './session.ts';
import type { StoreBudget } from './store-budget.ts';

/** What is remembered of streams that are over, in case their ends never arrived. */
const maxRetiredBytes = 16 * 1024 * 1024;
const maxRetired = 4096;
const largestRetiredBytes = 1024 * 1024;

/** First version whose clients know events without data (SEP-1699). */
const primedSince = '2025-11-25';

export type StreamKind = 'answer' | 'listening';

const initial: Readonly<Record<StreamKind, string>> = { answer: 'a', listening: 'g' };

/** What kind a stream of that name is, if it is ours. */
export function kindOfStream(name: string): StreamKind | undefined {
  if (name.startsWith(initial.answer)) return 'answer';
  return name.startsWith(initial.listening) ? 'listening' : undefined;
}

/** The streams of all sessions here that their clients may come back to. */
export interface EventLogs {
  create(session: Session, kind: StreamKind): EventLog;
  /** The stream is over here: it is remembered for as long as there is space. */
  retire(session: Session, log: EventLog): void;
  /** The client came back for it. */
  revive(log: EventLog): void;
}

export function createEventLogs(services: {
  readonly streamStore: StreamStore;
  readonly budget: StoreBudget;
  readonly onError: (error: unknown) => void;
}): EventLogs {
  const retired = new Map<EventLog, { readonly session: Session; readonly bytes: number }>();
  let retiredBytes = 0;

  function revive(log: EventLog): void {
    retiredBytes -= retired.get(log)?.bytes ?? 0;
    retired.delete(log);
  }

  return {
    create(session, kind) {
      const log = new EventLog({
        session,
        store: services.streamStore,
        name: initial[kind] + randomBytes(16).toString('hex'),
        isPrimed: kind === 'answer' && session.protocolVersion >= primedSince,
        maySpend: (bytes) => services.budget.spend(session.identity.agentId, bytes),
        onError: services.onError,
      });
      session.logs.set(log.name, log);
      return log;
    },
    retire(session, log) {
      const bytes = log.keptBytes;
      if ((log.hasEnded && log.isStoring) || bytes > largestRetiredBytes) {
        session.logs.delete(log.name);
        return;
      }
      revive(log);
      retired.set(log, { session, bytes });
      retiredBytes += bytes;
      for (const [oldest, { session: owner }] of retired) {
        if (retiredBytes <= maxRetiredBytes && retired.size <= maxRetired) break;
        revive(oldest);
        owner.logs.delete(oldest.name);
      }
    },
    revive,
  };
}
