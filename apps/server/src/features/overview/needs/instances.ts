import type { Need } from '@plugboard/contracts/api';

import { clipped, mayDo, type NeedContext, needId } from './need-context.ts';

/** Instances that fail, those that could be newer, and that there is none. */
export async function findInstanceNeeds(context: NeedContext): Promise<Need[]> {
  const { actor, db, services } = context;
  const rows = await db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .select(['instances.id', 'instances.slug', 'toolboxes.slug as toolbox', 'instances.version'])
    .select(['instances.newer_version', 'instances.newer_than', 'instances.stopped_at'])
    .orderBy('instances.slug')
    .execute();
  if (rows.length === 0) return mayDo(context, 'instance.add') ? [noInstance] : [];
  const failing = new Map(
    services.supervisor
      .states(actor.organizationId)
      .flatMap(({ instanceId, state }) => (state.name === 'failing' ? [[instanceId, state]] : [])),
  );
  return rows.flatMap((row): Need[] => {
    const { id, slug, toolbox } = row;
    const instance = { id, slug, toolbox };
    const needs: Need[] = [];
    const state = row.stopped_at === null ? failing.get(id) : undefined;
    if (state) {
      needs.push({
        id: needId('instance_failing', id),
        kind: 'instance_failing',
        severity: 'high',
        title: `${slug} does not run`,
        detail: clipped(
          `Failed ${state.failures === 1 ? 'once' : `${state.failures} times`}. ${state.reason}`,
        ),
        since: new Date(state.since).toISOString(),
        instance,
        action: {
          kind: mayDo(context, 'instance.restart') ? 'restart' : 'open',
          href: `/instances/${slug}`,
        },
      });
    }
    if (
      row.newer_version !== null &&
      row.newer_than === row.version &&
      mayDo(context, 'version.update')
    ) {
      needs.push({
        id: needId('update_available', id, row.newer_version),
        kind: 'update_available',
        severity: 'low',
        title: `${slug} can be updated`,
        detail: clipped(
          `Version ${row.newer_version} is out; ${row.version} runs. See what changes first.`,
        ),
        instance,
        version: row.newer_version,
        action: { kind: 'update', href: `/instances/${slug}` },
      });
    }
    return needs;
  });
}

const noInstance: Need = {
  id: needId('no_instance'),
  kind: 'no_instance',
  severity: 'medium',
  title: 'No server is installed',
  detail: 'Install one from the marketplace, so that agents have tools to call.',
  action: { kind: 'open', href: '/marketplace' },
};
