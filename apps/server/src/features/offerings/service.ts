import { AppError, type Level, type OfferingKind } from '@plugboard/contracts';

import { selectOfferingsOf } from '../access/queries.ts';
import { type Author, type ChangeServices, commitChange } from '../change.ts';
import { type InstanceRow, requireInstance } from '../instances/queries.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { OfferingRow } from './present.ts';

export interface LevelTarget {
  readonly instance: string;
  readonly kind: OfferingKind;
  readonly name: string;
}

export interface LeveledOffering {
  readonly instance: InstanceRow;
  readonly offering: OfferingRow;
}

/** Sets the level that an offering needs; without a level its annotations decide again. */
export function setLevel(
  services: ChangeServices,
  author: Author,
  target: LevelTarget,
  level: Level | undefined,
): Promise<LeveledOffering> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const instance = await requireInstance(db, target.instance);
    const before = await requireOffering(db, instance, target);
    await writeOverride(db, organizationId, instance.id, target, level);
    const offering = await requireOffering(db, instance, target);
    return {
      result: { instance, offering },
      record: {
        kind: level === undefined ? 'level.reset' : 'level.set',
        instanceId: instance.id,
        change: {
          instance: instance.slug,
          kind: target.kind,
          name: target.name,
          before: before.level,
          after: offering.level,
          declared: offering.declared_level,
        },
      },
      events: [{ kind: 'definitions', organizationId, instanceId: instance.id }],
    };
  });
}

/** Throws `AppError('not_found')` when the instance does not offer it. */
export async function requireOffering(
  db: TenantDb,
  instance: InstanceRow,
  { kind, name }: Pick<LevelTarget, 'kind' | 'name'>,
): Promise<OfferingRow> {
  const offerings = await selectOfferingsOf(db, [instance.id]);
  const found = offerings.find((offering) => offering.kind === kind && offering.name === name);
  if (found) return found;
  throw new AppError(
    'not_found',
    `Instance "${instance.slug}" offers no ${kind.replace('_', ' ')} "${name}". Its own list of offerings has the names.`,
  );
}

async function writeOverride(
  db: TenantDb,
  organizationId: string,
  instanceId: string,
  { kind, name }: LevelTarget,
  level: Level | undefined,
): Promise<void> {
  if (level === undefined) {
    await db
      .deleteFrom('level_overrides')
      .where('instance_id', '=', instanceId)
      .where('kind', '=', kind)
      .where('name', '=', name)
      .execute();
    return;
  }
  await db
    .insertInto('level_overrides')
    .values({ organization_id: organizationId, instance_id: instanceId, kind, name, level })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'instance_id', 'kind', 'name']).doUpdateSet({ level }),
    )
    .execute();
}
