import { type OfferingKind, offeringKinds } from '@plugboard/contracts';

import { commitChange } from '../../change.ts';
import { requireInstance } from '../../instances/queries.ts';
import { splitFirst, type Step } from '../plan-lock.ts';
import { type ApplyContext, wantedOf } from './apply-context.ts';

/** Sets or takes an admin's word on a level, whether or not the offering is there now. */
export async function applyLevel(
  { services, author, wanted }: ApplyContext,
  { action, id }: Step,
): Promise<void> {
  const [slug, offering] = splitFirst(id);
  const [kindText, name] = splitFirst(offering);
  const kind = offeringKinds.find((each) => each === kindText);
  if (!kind) throw new Error('a plan names a kind that is none');
  const level =
    action === 'delete'
      ? undefined
      : wantedOf(wanted.instances, slug).levels.find((each) => isOf(each, kind, name))?.level;
  const { organizationId } = author;
  await commitChange(services, author, async (db) => {
    const instance = await requireInstance(db, slug);
    const before = await db
      .deleteFrom('level_overrides')
      .where('instance_id', '=', instance.id)
      .where('kind', '=', kind)
      .where('name', '=', name)
      .returning('level')
      .executeTakeFirst();
    if (level !== undefined) {
      await db
        .insertInto('level_overrides')
        .values({ organization_id: organizationId, instance_id: instance.id, kind, name, level })
        .execute();
    }
    return {
      result: undefined,
      record: {
        kind: level === undefined ? 'level.reset' : 'level.set',
        instanceId: instance.id,
        change: { instance: slug, kind, name, before: before?.level ?? null, after: level ?? null },
      },
      events: [{ kind: 'definitions', organizationId, instanceId: instance.id }],
    };
  });
}

function isOf(each: { kind: OfferingKind; name: string }, kind: OfferingKind, name: string) {
  return each.kind === kind && each.name === name;
}
