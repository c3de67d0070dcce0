import type { ChangeEvent } from '@plugboard/contracts';
import type { InstanceStateView, LiveEvent } from '@plugboard/contracts/api';

import { can } from '../members/policy.ts';
import { changeOfEvent, type LiveChange } from './change-events.ts';
import type { LiveStream } from './live-stream.ts';
import type { NewRecords, RecordPoll } from './record-poll.ts';

export interface OrganizationFeedOptions {
  readonly startPoll: (onNew: (records: NewRecords) => void) => RecordPoll;
  /** How an instance is now; undefined for one that is not to be shown. */
  readonly stateOf: (instanceId: string) => Promise<InstanceStateView | undefined>;
}

/** A start goes through several states within a moment. */
const stateDelayMs = 50;
/** Who missed something asks for everything: not more often than this. */
const missedEveryMs = 5_000;
/** Changes after which somebody may have lost what they may see. */
const aboutPeople = new Set<LiveChange['about']>([
  'member',
  'organization',
  'api_key',
  'everything',
]);

/** What happens in one organization, for all who watch it on this node. */
export class OrganizationFeed {
  readonly #options: OrganizationFeedOptions;
  readonly #streams = new Set<LiveStream>();
  readonly #poll: RecordPoll;
  readonly #unsettled = new Map<string, NodeJS.Timeout>();
  #toldMissed: number | undefined;

  constructor(options: OrganizationFeedOptions) {
    this.#options = options;
    this.#poll = options.startPoll((records) => this.#tellRecords(records));
  }

  get streams(): ReadonlySet<LiveStream> {
    return this.#streams;
  }

  /** Resolves when nothing new will be missed. */
  get ready(): Promise<void> {
    return this.#poll.ready;
  }

  add(stream: LiveStream): void {
    this.#streams.add(stream);
  }

  remove(stream: LiveStream): void {
    this.#streams.delete(stream);
  }

  hear(event: ChangeEvent): void {
    if (event.kind === 'signed_out') {
      for (const stream of this.#streams) {
        if (stream.actor.sessionId === event.sessionId) stream.check();
      }
      return;
    }
    const change = changeOfEvent(event);
    if (change) this.#tellChange(change);
  }

  hearAppended(): void {
    this.#poll.hurry();
  }

  hearState(instanceId: string): void {
    if (this.#unsettled.has(instanceId)) return;
    const timer = setTimeout(() => {
      this.#unsettled.delete(instanceId);
      void this.#tellState(instanceId);
    }, stateDelayMs);
    timer.unref();
    this.#unsettled.set(instanceId, timer);
  }

  async close(): Promise<void> {
    for (const timer of this.#unsettled.values()) clearTimeout(timer);
    await this.#poll[Symbol.asyncDispose]();
  }

  async #tellState(instanceId: string): Promise<void> {
    const state = await this.#options.stateOf(instanceId);
    if (state) this.#tell({ type: 'state', instanceId, state });
  }

  #tellRecords({ calls, changes, missed }: NewRecords): void {
    if (missed) this.#tellMissed();
    for (const change of changes) this.#tellChange(change);
    for (const { call, ownerId } of calls) {
      for (const stream of this.#streams) {
        if (seesAll(stream) || ownerId === stream.actor.memberId)
          stream.push({ type: 'call', call });
      }
    }
  }

  #tellMissed(): void {
    const now = performance.now();
    if (this.#toldMissed !== undefined && now - this.#toldMissed < missedEveryMs) return;
    this.#toldMissed = now;
    this.#tell({ type: 'missed' });
  }

  #tellChange(change: LiveChange): void {
    const { connectionId: _others, ...rest } = change;
    for (const stream of this.#streams) stream.push(seesAll(stream) ? change : rest);
    if (!aboutPeople.has(change.about)) return;
    for (const stream of this.#streams) stream.check();
  }

  #tell(event: LiveEvent): void {
    for (const stream of this.#streams) stream.push(event);
  }
}

/** Others see what their own agents do. */
function seesAll({ actor }: LiveStream): boolean {
  return can(actor, 'audit.read', actor);
}
