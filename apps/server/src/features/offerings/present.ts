import type { OfferingDefinition, OfferingView } from '@plugboard/contracts/api';
import { exposeName } from '@plugboard/gateway';

import type { selectOfferingsOf } from '../access/queries.ts';

export type OfferingRow = Awaited<ReturnType<typeof selectOfferingsOf>>[number];

const maxDescription = 2000;

export function presentOffering(row: OfferingRow, instanceSlug: string): OfferingView {
  const definition: unknown = JSON.parse(row.definition);
  const title = textOf(definition, 'title');
  const description = textOf(definition, 'description')?.slice(0, maxDescription);
  const isNamed = row.kind === 'tool' || row.kind === 'prompt';
  return {
    kind: row.kind,
    name: row.name,
    ...(isNamed && { exposedName: exposeName(instanceSlug, row.name) }),
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    level: row.level,
    declaredLevel: row.declared_level,
    overridden: Boolean(row.overridden),
  };
}

/** All that the server says of it, as it says it. */
export function presentDefinition(row: OfferingRow): OfferingDefinition {
  const definition: unknown = JSON.parse(row.definition);
  return {
    kind: row.kind,
    name: row.name,
    level: row.level,
    declaredLevel: row.declared_level,
    overridden: Boolean(row.overridden),
    definition,
    hash: row.hash.toString('hex'),
  };
}

function textOf(definition: unknown, member: 'title' | 'description'): string | undefined {
  if (typeof definition !== 'object' || definition === null) return undefined;
  const value: unknown = Object.entries(definition).find(([key]) => key === member)?.[1];
  return typeof value === 'string' ? value : undefined;
}
