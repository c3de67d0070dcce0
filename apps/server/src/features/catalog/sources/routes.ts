import type { Source } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { api } from '../../../http/api/context.ts';
import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import { type Actor, can } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { cancelSync } from './cancel-sync.ts';
import { presentSource, presentSync } from './present.ts';
import {
  requireSource,
  requireSync,
  selectSourceViews,
  selectSyncs,
  type SourceRow,
} from './queries.ts';
import { addSource, changeSource, removeSource } from './service.ts';
import { syncSourceJob } from './sync-job.ts';
import { queueSync } from './sync-rows.ts';
import { watchSync } from './watch-sync.ts';

const routes = api.sources;

export const sourcesRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'source.read');
    const views = await withTenant(services.db, actor.organizationId, (db) =>
      selectSourceViews(db),
    );
    const seen = views.filter(({ source }) => sees(actor, source));
    return { sources: seen.map(presentSource) };
  }),

  get: routes.get.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'source.read');
    const { id } = await withTenant(services.db, actor.organizationId, (db) =>
      requireVisible(db, actor, input.source),
    );
    return show(services, actor, id);
  }),

  add: routes.add.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'source.manage');
    return show(services, actor, await addSource(services, actor, input));
  }),

  change: routes.change.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'source.manage');
    return show(services, actor, await changeSource(services, actor, input));
  }),

  remove: routes.remove.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'source.manage');
    return { id: await removeSource(services, actor, input.source) };
  }),

  sync: routes.sync.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'source.sync');
    const { organizationId, memberId } = actor;
    const { sync } = await commitChange(services, actor, async (db) => {
      const { id: sourceId, slug } = await requireSource(db, input.source);
      const isFull = input.full === true;
      const queued = await queueSync(db, { organizationId, sourceId, memberId, isFull });
      return {
        result: queued,
        record: {
          kind: 'source.sync_requested',
          change: { id: sourceId, slug, sync: queued.sync.id, full: isFull, joined: !queued.isNew },
        },
        events: [],
      };
    });
    await services.jobs.send(syncSourceJob, { organizationId, syncId: sync.id });
    return presentSync(sync);
  }),

  syncs: {
    list: routes.syncs.list.handler(async ({ context: { actor, services }, input }) => {
      requirePermission(actor, 'source.read');
      const rows = await withTenant(services.db, actor.organizationId, async (db) => {
        const { id } = await requireVisible(db, actor, input.source);
        return selectSyncs(db, id, input.limit ?? 20);
      });
      return { syncs: rows.map(presentSync) };
    }),

    get: routes.syncs.get.handler(async ({ context: { actor, services }, input }) => {
      requirePermission(actor, 'source.read');
      return presentSync(await find(services, actor, input));
    }),

    watch: routes.syncs.watch.handler(async ({ context: { actor, services, signal }, input }) => {
      requirePermission(actor, 'source.read');
      // Here, so that one that is not there is an answer and not a broken stream.
      await find(services, actor, input);
      return watchSync(services, actor.organizationId, input, signal);
    }),

    cancel: routes.syncs.cancel.handler(async ({ context: { actor, services }, input }) => {
      requirePermission(actor, 'source.sync');
      await cancelSync(services, actor, input);
      return presentSync(await find(services, actor, input));
    }),
  },
});

async function show(services: AppServices, actor: Actor, id: string): Promise<Source> {
  const [view] = await withTenant(services.db, actor.organizationId, (db) =>
    selectSourceViews(db, id),
  );
  if (!view) throw noSuch('source', id);
  return presentSource(view);
}

function find(
  { db }: AppServices,
  actor: Actor,
  { source, sync }: { readonly source: string; readonly sync: string },
) {
  return withTenant(db, actor.organizationId, async (tx) => {
    await requireVisible(tx, actor, source);
    return requireSync(tx, source, sync);
  });
}

/** A source for admins alone is, for others, not there. */
async function requireVisible(db: TenantDb, actor: Actor, ref: string): Promise<SourceRow> {
  const source = await requireSource(db, ref);
  if (!sees(actor, source)) throw noSuch('source', ref);
  return source;
}

function sees(actor: Actor, { audience }: SourceRow): boolean {
  return audience !== 'admins' || can(actor, 'source.manage', actor);
}
