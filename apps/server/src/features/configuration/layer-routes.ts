import type { InheritEvent } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { streamProgress } from '../instances/stream-progress.ts';
import type { Actor } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { applyInheritance } from './apply-inheritance.ts';
import { planInheritance, presentInheritance } from './inherit.ts';
import {
  layerChange,
  layerDifferences,
  type LayerRef,
  presentLayer,
  requireLayerRevision,
  selectLayerHistory,
  writeLayer,
} from './layer-changes.ts';
import { type Layer, selectAllLayers } from './layers.ts';

const routes = api.configuration.layers;

export const layersRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.read_values');
    const layers = await withTenant(services.db, actor.organizationId, (db) =>
      selectAllLayers(db, input?.server),
    );
    return { layers: layers.map(({ server, ...layer }) => presentLayer(server, layer)) };
  }),

  plan: routes.plan.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.change');
    const change = layerChange(input, input.settings);
    return presentInheritance(await planInheritance(services, actor.organizationId, change));
  }),

  put: routes.put.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'configuration.change');
    return putLayer(services, actor, input, signal);
  }),

  history: routes.history.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.read_values');
    const revisions = await withTenant(services.db, actor.organizationId, (db) =>
      selectLayerHistory(db, input),
    );
    return { revisions: revisions.map((each) => presentLayer(input.server, each)) };
  }),

  diff: routes.diff.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.read_values');
    const [from, to] = await withTenant(services.db, actor.organizationId, async (db) => [
      await requireLayerRevision(db, input, input.from),
      await requireLayerRevision(db, input, input.to),
    ]);
    return { changes: [...layerDifferences(from?.settings ?? {}, to?.settings ?? {})] };
  }),

  rollback: routes.rollback.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'configuration.change');
    const { settings } = await withTenant(services.db, actor.organizationId, (db) =>
      requireLayerRevision(db, input, input.revision),
    );
    const note = input.note ?? `back to revision ${input.revision}`;
    return putLayer(services, actor, { ...input, settings, note }, signal);
  }),
});

type PutLayer = LayerRef & Pick<Layer, 'settings'> & { readonly note?: string | undefined };

function putLayer(
  services: AppServices,
  actor: Actor,
  { server, environment, settings, note }: PutLayer,
  signal: AbortSignal,
): AsyncGenerator<InheritEvent, void, void> {
  const { organizationId, memberId } = actor;
  return streamProgress<InheritEvent>(async (emit, limited) => {
    const done = await applyInheritance(
      services,
      actor,
      layerChange({ server, environment }, settings),
      {
        note,
        tell: (step, message) => emit({ type: 'progress', step, message }),
        signal: limited,
        write: async (db) => {
          const layer = { organizationId, server, environment, settings, memberId, note };
          const { revision, changed } = await writeLayer(db, layer);
          const change = { server, environment, revision, changed };
          return { revision, kind: 'configuration.layer_changed', change };
        },
      },
    );
    emit({ type: 'done', ...done });
  }, signal);
}
