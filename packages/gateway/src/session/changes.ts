import type { ChangeEvent } from '@plugboard/contracts';

import type { Endpoint } from '../endpoint.ts';
import type { AgentDirectory, AgentIdentity } from '../ports.ts';
import type { Toolset } from '../toolset/toolset.ts';
import type { Toolsets } from '../toolset/toolsets.ts';
import type { ListNoun, Session } from './session.ts';

/** Changes come in bursts (a server that starts, a script that grants); they are told once. */
const settleMs = 50;
/** Node's timers wrap around beyond this. */
const longestTimerMs = 2 ** 31 - 1;

/** What is open towards a client of an agent: a legacy session, or a modern client's listening. */
export interface Watched {
  readonly identity: AgentIdentity;
  readonly endpoint: Endpoint;
  /** What the client was last told its lists are. */
  shown: Toolset['lists'] | undefined;
  /** Looks at it again when a grant or its token runs out. */
  alarm: NodeJS.Timeout | undefined;
  tellListChanged(noun: ListNoun): void;
  /** Hears what the agent may use from now on, each time that it may have changed. */
  onAccess?(toolset: Toolset): void;
}

/** All of one kind that are open here. */
export interface WatchedSet<T extends Watched> {
  inUse(): Iterable<T>;
  has(watched: T): boolean;
  /** Ends one whose token is gone. */
  release(watched: T): void;
}

export interface ChangeServices<T extends Watched> {
  readonly sessions: WatchedSet<T>;
  readonly toolsets: Toolsets;
  readonly agents: AgentDirectory;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps open sessions true to what their agents may use: ends those whose token is gone, tells the
 * others which of their lists changed, and does so too when a grant or a token runs out.
 */
export interface ChangeWatch<T extends Watched = Session> extends Disposable {
  /** Acts on a change, within a tenth of a second. */
  hear(event: ChangeEvent): void;
  /** Remembers what a session was shown, and when that ends by itself. */
  watch(session: T): Promise<void>;
}

export function createChangeWatch<T extends Watched>(services: ChangeServices<T>): ChangeWatch<T> {
  const { sessions, toolsets, agents, clock, onError } = services;
  let settling: NodeJS.Timeout | undefined;
  let changed = new Set<T>();
  let questioned = new Set<T>();

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

  async function askAndCompare(session: T): Promise<void> {
    if (await agents.holds(session.identity)) await compare(session);
    else sessions.release(session);
  }

  async function compare(session: T): Promise<void> {
    const before = session.shown;
    const toolset = await toolsets.get(session.identity, session.endpoint);
    session.shown = toolset.lists;
    wakeAt(session, Math.min(toolset.validUntil, session.identity.expiresAt ?? Infinity));
    session.onAccess?.(toolset);
    if (!before) return;
    const differs = (kind: keyof typeof before) => !before[kind].equals(toolset.lists[kind]);
    const nouns: readonly [ListNoun, boolean][] = [
      ['tools', differs('tool')],
      ['prompts', differs('prompt')],
      ['resources', differs('resource') || differs('resource_template')],
    ];
    for (const [noun, isDifferent] of nouns) if (isDifferent) session.tellListChanged(noun);
  }

  function wakeAt(session: T, at: number): void {
    clearTimeout(session.alarm);
    session.alarm = undefined;
    // One that was forgotten meanwhile must not be kept alive by its alarm.
    if (!Number.isFinite(at) || !sessions.has(session)) return;
    const delay = Math.min(Math.max(at - clock(), 0) + 1, longestTimerMs);
    session.alarm = setTimeout(() => void recheck(session).catch(onError), delay).unref();
  }

  async function recheck(session: T): Promise<void> {
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

function concerns(event: ChangeEvent, session: Watched): boolean {
  if (event.kind === 'everything') return true;
  if (event.kind === 'session' || event.kind === 'keys') return false;
  if (event.kind === 'master_keys' || event.kind === 'connection') return false;
  if (event.kind === 'signed_out') return false;
  if (event.kind === 'instance_credentials') return false;
  if (event.organizationId !== session.identity.organizationId) return false;
  if (event.kind === 'instance' || event.kind === 'definitions') return true;
  return event.agentId === undefined || event.agentId === session.identity.agentId;
}
