import type { InstanceChangedEvent, PlanUpdateEvent } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { api } from '../../../http/api/context.ts';
import { withTenant } from '../../../store/tenant.ts';
import { type Actor, can } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import { viewerOf } from '../../catalog/search/viewer.ts';
import { requireInstance, selectInstances } from '../queries.ts';
import type { ChangedInstance } from '../revisions/change-instance.ts';
import { diffRevisions, readHistory } from '../revisions/history.ts';
import { type PresentInstance, readPresent } from '../revisions/present-instance.ts';
import { revisionBefore } from '../revisions/revision-before.ts';
import { streamProgress } from '../stream-progress.ts';
import type { Tell } from '../tell.ts';
import { chooseTarget } from './choose-version.ts';
import { planUpdate } from './plan-update.ts';
import { presentContract } from './present-contract.ts';
import { readChangelog } from './read-changelog.ts';
import { rollBack } from './roll-back.ts';
import { updateInstance } from './update-instance.ts';
import { presentUpdates, type VersionQuery } from './version-source.ts';

const routes = api.versions;

/** For all registries together: somebody waits. */
const patienceMs = 45_000;

export const versionsRouter = routes.router({
  updates: routes.updates.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'version.read');
    const query = versionQuery(actor, input?.fresh, signal);
    const all = await withTenant(services.db, actor.organizationId, async (db) => {
      const found: PresentInstance[] = [];
      for (const { id } of await selectInstances(db)) {
        found.push(await readPresent(db, id, services.server.dataDir));
      }
      return found;
    });
    const late = AbortSignal.timeout(patienceMs);
    const instances = await Promise.all(
      all.map(async (present) => {
        const { versions: _, ...updates } = await presentUpdates(services, present, query, late);
        return updates;
      }),
    );
    return { instances };
  }),

  list: routes.list.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'version.read');
    const query = versionQuery(actor, input.fresh, signal);
    const present = await find(services, actor, input.instance);
    return presentUpdates(services, present, query, AbortSignal.timeout(patienceMs));
  }),

  changelog: routes.changelog.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'version.read');
    const present = await find(services, actor, input.instance);
    return readChangelog(services, present, input.to, versionQuery(actor, false, signal));
  }),

  planUpdate: routes.planUpdate.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'version.plan');
    return streamProgress<PlanUpdateEvent>(async (emit, limited) => {
      const present = await find(services, actor, input.instance);
      const to = await chooseTarget(services, present, input.to, limited);
      const { approveScripts } = input;
      const options = { to, approveScripts, signal: limited, tell: telling(emit) };
      emit({ type: 'done', plan: await planUpdate(services, present, options) });
    }, signal);
  }),

  update: routes.update.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'version.update');
    return streamProgress<InstanceChangedEvent>(async (emit, limited) => {
      const { row } = await find(services, actor, input.instance);
      const changed = await updateInstance(services, actor, row.id, {
        to: input.to,
        allowBreaking: input.allowBreaking === true,
        approveScripts: input.approveScripts,
        note: input.note,
        signal: limited,
        tell: telling(emit),
      });
      emit(await done(services, actor, row.id, changed));
    }, signal);
  }),

  rollback: routes.rollback.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'version.roll_back');
    return streamProgress<InstanceChangedEvent>(async (emit, limited) => {
      const { row } = await find(services, actor, input.instance);
      const changed = await rollBack(services, actor, row.id, {
        revision: input.revision,
        keepSecrets: input.keepSecrets === true,
        note: input.note,
        signal: limited,
        tell: telling(emit),
      });
      emit(await done(services, actor, row.id, changed));
    }, signal);
  }),

  history: routes.history.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'version.read_history');
    const showValues = can(actor, 'instance.read_launch', actor);
    return withTenant(services.db, actor.organizationId, async (db) => {
      const { id } = await requireInstance(db, input.instance);
      const previous = await revisionBefore(db, id);
      return {
        revisions: await readHistory(db, id, input.limit, { showValues }),
        ...(previous !== undefined && { previous }),
      };
    });
  }),

  diff: routes.diff.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'version.read_history');
    const showValues = can(actor, 'instance.read_launch', actor);
    return withTenant(services.db, actor.organizationId, (db) =>
      diffRevisions(db, input.instance, input, { showValues }),
    );
  }),
});

function versionQuery(actor: Actor, fresh: boolean | undefined, signal: AbortSignal): VersionQuery {
  if (fresh === true) requirePermission(actor, 'version.ask_registries');
  return { viewer: viewerOf(actor.role), fresh, signal };
}

function find({ db, server }: AppServices, actor: Actor, ref: string): Promise<PresentInstance> {
  return withTenant(db, actor.organizationId, async (tx) => {
    const { id } = await requireInstance(tx, ref);
    return readPresent(tx, id, server.dataDir);
  });
}

function telling(emit: (event: { type: 'progress'; step: string; message: string }) => void): Tell {
  return (step, message) => emit({ type: 'progress', step, message });
}

async function done(
  services: AppServices,
  actor: Actor,
  id: string,
  { revision, contract }: ChangedInstance,
): Promise<InstanceChangedEvent> {
  const { row } = await find(services, actor, id);
  return {
    type: 'done',
    instance: row.slug,
    version: row.version,
    revision,
    contract: presentContract(contract),
  };
}
