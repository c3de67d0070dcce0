import type { Overview } from '@plugboard/contracts/api';
import type { InstanceStatus } from '@plugboard/runtime';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Actor } from '../members/policy.ts';
import { countStates } from '../status/instance-states.ts';
import { type CallWindow, readCallWindow } from './call-window.ts';
import { readCalls, visibleAgents } from './calls.ts';
import { readCounts } from './counts.ts';
import { findNeeds } from './needs/find-needs.ts';
import { Remembered } from './remembered.ts';

interface Services extends Pick<
  AppServices,
  'db' | 'clock' | 'onChange' | 'server' | 'supervisor'
> {
  readonly onStatus: (listener: (status: InstanceStatus) => void) => () => void;
}

const mostNeeds = 50;
/** Counting calls is the part that costs. */
const windowFreshMs = 5_000;
/** The rest is looked up anew whenever something changed: this only joins what asks at once. */
const viewFreshMs = 250;

/** One look at an organization, as its member may see it. */
export interface Overviews extends Disposable {
  read(actor: Actor): Promise<Overview>;
}

/**
 * Calls are counted anew at most every few seconds, and once for all who may see all of them: a page
 * that many have open costs as much as one. Listens for changes until it is disposed of.
 */
export function createOverviews(services: Services): Overviews {
  const views = new Remembered<Overview>(services.clock, viewFreshMs);
  const windows = new Remembered<CallWindow>(services.clock, windowFreshMs);
  const { clock, db, supervisor } = services;
  const stops = [
    services.onChange((event) => {
      if (event.kind === 'signed_out') return;
      views.forget('organizationId' in event ? event.organizationId : '');
    }),
    services.onStatus(({ organizationId }) => views.forget(organizationId)),
  ];

  async function callsOf(organizationId: string, agentIds: readonly string[] | undefined) {
    const key = `${organizationId} ${agentIds?.join(' ') ?? 'all'}`;
    const window = await windows.get(key, () =>
      withTenant(db, organizationId, (tx) => readCallWindow(tx, { now: clock(), agentIds })),
    );
    return withTenant(db, organizationId, (tx) => readCalls(tx, agentIds, window));
  }

  async function look(actor: Actor): Promise<Overview> {
    const { organizationId } = actor;
    const now = clock();
    const found = await withTenant(db, organizationId, async (tx) => ({
      agentIds: await visibleAgents(tx, actor),
      counts: await readCounts(tx, actor, now),
      needs: await findNeeds({ actor, db: tx, services, now }),
      instances: await tx.selectFrom('instances').select(['id', 'stopped_at']).execute(),
    }));
    return {
      at: new Date(now).toISOString(),
      health: countStates(found.instances, supervisor.states(organizationId)),
      ...(await callsOf(organizationId, found.agentIds)),
      needs: found.needs.slice(0, mostNeeds),
      needsTotal: found.needs.length,
      counts: found.counts,
    };
  }

  return {
    read: (actor) =>
      views.get(`${actor.organizationId} ${actor.memberId} ${actor.role}`, () => look(actor)),
    [Symbol.dispose]() {
      for (const stop of stops) stop();
    },
  };
}
