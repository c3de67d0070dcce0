import { AppError } from '@plugboard/contracts';
import type { InstanceStateView, LiveEvent } from '@plugboard/contracts/api';
import type { OnChange } from '@plugboard/gateway';
import type { InstanceStatus, Supervisor } from '@plugboard/runtime';
import type { Kysely } from 'kysely';

import type { AppServices } from '../../app/services.ts';
import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import { presentState, presentStopped } from '../instances/present.ts';
import type { Actor } from '../members/policy.ts';
import { LiveStream } from './live-stream.ts';
import { OrganizationFeed } from './organization-feed.ts';
import { RecordPoll } from './record-poll.ts';

export interface LiveFeedOptions {
  readonly db: Kysely<Database>;
  readonly log: AppServices['log'];
  readonly audit: Pick<AppServices['audit'], 'onAppended'>;
  readonly onChange: OnChange;
  readonly onStatus: (listener: (status: InstanceStatus) => void) => () => void;
  readonly pending: Pick<AppServices['pending'], 'find'>;
  readonly server: Pick<AppServices['server'], 'startedAt' | 'version'>;
  readonly supervisor: Pick<Supervisor, 'states'>;
  /** How often it is checked whether who listens still may; 15 s unless told otherwise. */
  readonly checkMs?: number;
}

export interface WatchOptions {
  /** Who the request speaks for now. Rejects when it is nobody any more. */
  readonly again: () => Promise<Actor>;
  readonly signal: AbortSignal;
}

/** Tells people what happens from now on, in their organization alone. */
export interface LiveFeed extends AsyncDisposable {
  /** Throws `AppError('rate_limited')` when the member has too many streams. */
  watch(actor: Actor, options: WatchOptions): LiveStream;
}

const mostStreams = 20;
const defaultCheckMs = 15_000;

export function createLiveFeed(options: LiveFeedOptions): LiveFeed {
  const feeds = new Map<string, OrganizationFeed>();
  const { checkMs = defaultCheckMs } = options;
  const stops = [
    options.onChange((event) => {
      if ('organizationId' in event) feeds.get(event.organizationId)?.hear(event);
      else for (const feed of feeds.values()) feed.hear(event);
    }),
    options.audit.onAppended((organizationId) => feeds.get(organizationId)?.hearAppended()),
    options.onStatus(({ organizationId, instanceId }) =>
      feeds.get(organizationId)?.hearState(instanceId),
    ),
  ];

  function feedOf(organizationId: string): OrganizationFeed {
    let feed = feeds.get(organizationId);
    if (feed) return feed;
    feed = new OrganizationFeed({
      startPoll: (onNew) =>
        new RecordPoll({ db: options.db, log: options.log, organizationId, onNew }),
      stateOf: (instanceId) => stateOf(options, organizationId, instanceId),
    });
    feeds.set(organizationId, feed);
    return feed;
  }

  /** With its last listener an organization's log is looked at no more. */
  function leave(organizationId: string, stream: LiveStream): void {
    const feed = feeds.get(organizationId);
    feed?.remove(stream);
    if (!feed || feed.streams.size > 0) return;
    feeds.delete(organizationId);
    void feed.close();
  }

  return {
    watch(actor, { again, signal }) {
      const { organizationId, memberId } = actor;
      const feed = feedOf(organizationId);
      refuseMany(feed, memberId);
      const stream: LiveStream = new LiveStream({
        actor,
        again,
        signal,
        checkMs,
        onEnd: () => leave(organizationId, stream),
      });
      feed.add(stream);
      stream.open();
      // Whoever asks for what there is after this hears of all that is new.
      void feed.ready.then(() => stream.begin(hello(options.server)));
      return stream;
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      const closing = [...feeds.values()];
      feeds.clear();
      await Promise.all(closing.map((feed) => feed.close()));
    },
  };
}

function refuseMany({ streams }: OrganizationFeed, memberId: string): void {
  let open = 0;
  for (const { actor } of streams) if (actor.memberId === memberId) open += 1;
  if (open < mostStreams) return;
  throw new AppError(
    'rate_limited',
    `You have ${mostStreams} live streams open, which is the most. Close a tab or a program that watches.`,
    { retryAfterMs: 10_000 },
  );
}

function hello({ startedAt, version }: LiveFeedOptions['server']): LiveEvent {
  return { type: 'hello', nodeStartedAt: new Date(startedAt).toISOString(), version };
}

/** One that is on trial is nobody's to see yet. Never rejects: what cannot be asked is not told. */
async function stateOf(
  { db, log, pending, supervisor }: LiveFeedOptions,
  organizationId: string,
  instanceId: string,
): Promise<InstanceStateView | undefined> {
  if (pending.find(organizationId, instanceId)) return undefined;
  const present = () =>
    presentState(
      supervisor.states(organizationId).filter((status) => status.instanceId === instanceId),
    );
  // Whether it may start with its next call is known of no copy.
  const state = present();
  if (state.name !== 'sleeping') return state;
  try {
    const row = await withTenant(db, organizationId, (tx) =>
      tx
        .selectFrom('instances')
        .select('stopped_at')
        .where('id', '=', instanceId)
        .executeTakeFirst(),
    );
    return row?.stopped_at ? presentStopped(row.stopped_at) : present();
  } catch (error) {
    log.warn({ err: error, instanceId }, 'the state of an instance could not be told');
    return undefined;
  }
}
