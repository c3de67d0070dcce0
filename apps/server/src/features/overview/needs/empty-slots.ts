import type { Need } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import { selectBindings } from '../../credentials/bindings/queries.ts';
import { sameSlot } from '../../credentials/bindings/same-slot.ts';
import { slotsOf, slotSource } from '../../credentials/bindings/slots.ts';
import { selectStored } from '../../instances/revisions/stored-candidate.ts';
import { mayDo, type NeedContext, needId } from './need-context.ts';

/** So many instances whose catalog entry names a secret are looked at. */
const mostInstances = 100;

/** Instances that lack a credential which everybody would use. */
export async function findEmptySlots(context: NeedContext): Promise<Need[]> {
  if (!mayDo(context, 'credential.bind')) return [];
  const { db, services } = context;
  const rows = await db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .where('instances.account', '=', 'organization')
    .where('instances.stopped_at', 'is', null)
    .where(sql<boolean>`strpos(instances.entry, '"isSecret"') > 0`)
    .select(['instances.id', 'instances.slug', 'toolboxes.slug as toolbox'])
    .orderBy('instances.slug')
    .limit(mostInstances)
    .execute();
  const needs: Need[] = [];
  for (const instance of rows) {
    const stored = await selectStored(db, instance.id);
    if (!stored) continue;
    const bindings = await selectBindings(db, { instanceId: instance.id });
    const source = slotSource(stored, bindings, services.server.dataDir);
    const empty = slotsOf(source).filter(
      ({ slot, required, inline }) =>
        required &&
        !inline &&
        !source.bound.some((each) => sameSlot(each.slot, slot, source.isRemote)),
    );
    if (empty.length === 0) continue;
    needs.push({
      id: needId('credential_missing', instance.id),
      kind: 'credential_missing',
      severity: 'high',
      title: `${instance.slug} lacks a credential`,
      detail: `It needs ${empty.map(({ title, slot }) => title ?? slot).join(', ')}. Choose a credential for it.`,
      instance,
      action: { kind: 'open', href: `/instances/${instance.slug}` },
    });
  }
  return needs;
}
