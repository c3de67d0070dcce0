import type { ChangeEvent } from '@plugboard/contracts';

import type { AgentDirectory } from '../ports.ts';
import type { Toolsets } from '../toolset/toolsets.ts';
import type { ListNoun, Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** Changes come in bursts (a server that starts, a script that grants); they are told once. */
const settleMs = 50;
/** Node's timers wrap around beyond this. */
const longestTimerMs = 2 ** 31 - 1;

export interface ChangeServices {
  readonly sessions: Sessions;
  readonly toolsets: Toolsets;
  readonly agents: AgentDirectory;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps open sessions true to what their agents may use: ends those whose token is gone, tells the
 * others which of their lists changed, and does so too when a grant or a token runs out.
 */
export interface ChangeWatch extends Disposable {
  /** Acts on a change, within a tenth of a second. */
  hear(event: ChangeEvent): void;
  /** Remembers what a session was shown, and when that ends by itself. */
  watch(session: Session): Promise<void>;
}

export function createChangeWatch(services: ChangeServices): ChangeWatch {
  const { sessions, toolsets, agents, clock, onError } = services;
  let settling: NodeJS.Timeout | undefined;
  let changed = new Set<Session>();
  let questioned = new Set<Session>();

  function hear(event: ChangeEvent): void {
    toolsets.drop(event);
    for (const session of sessions.inUse()) {
      if (!concerns(event, session)) continue;
      if (event.kind === 'identity' || event.kind === 'everything') questioned.add(session);
      changed.add(session);
    }
    if (changed.size > 0) settling ??= setTimeout(settle, settleMs);
  }

  function settle(): void {
    settling = undefined;
    const toAsk = questioned;
    const toCompare = changed;
    questioned = new Set();
    changed = new Set();
    for (const session of toCompare) {
      const work = toAsk.has(session) ? askAndCompare(session) : compare(session);
      work.catch(onError);
    }
  }

  async function askAndCompare(session: Session): Promise<void> {
    if (await agents.holds(session.identity)) await compare(session);
    else sessions.release(session);
  }

  async function compare(session: Session): Promise<void> {
    const { organizationId, agentId } = session.identity;
    const before = session.shown;
    const toolset = await toolsets.get(organizationId, agentId, session.endpoint);
    session.shown = toolset.lists;
    wakeAt(session, Math.min(toolset.validUntil, session.identity.expiresAt ?? Infinity));
    if (!before) return;
    const differs = (kind: keyof typeof before) => !before[kind].equals(toolset.lists[kind]);
    const nouns: readonly [ListNoun, boolean][] = [
      ['tools', differs('tool')],
      ['prompts', differs('prompt')],
      ['resources', differs('resource') || differs('resource_template')],
    ];
    for (const [noun, isDifferent] of nouns) if (isDifferent) session.tellListChanged(noun);
  }

  function wakeAt(session: Session, at: number): void {
    clearTimeout(session.alarm);
    session.alarm = undefined;
    // One that was forgotten meanwhile must not be kept alive by its alarm.
    if (!Number.isFinite(at) || !sessions.has(session)) return;
    const delay = Math.min(Math.max(at - clock(), 0) + 1, longestTimerMs);
    session.alarm = setTimeout(() => void recheck(session).catch(onError), delay).unref();
  }

  async function recheck(session: Session): Promise<void> {
    if (!sessions.has(session)) return;
    if ((session.identity.expiresAt ?? Infinity) <= clock()) sessions.release(session);
    else await compare(session);
  }

  return {
    hear,
    watch: compare,
    [Symbol.dispose]() {
      clearTimeout(settling);
    },
  };
}

function concerns(event: ChangeEvent, session: Session): boolean {
  if (event.kind === 'everything') return true;
  if (event.kind === 'session') return false;
  if (event.organizationId !== session.identity.organizationId) return false;
  if (event.kind === 'instance' || event.kind === 'definitions') return true;
  return event.agentId === undefined || event.agentId === session.identity.agentId;
}
