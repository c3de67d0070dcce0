import { AppError, type Level, type OfferingKind } from '@plugboard/contracts';

import { noSuch, refColumn } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { GrantRow } from './queries.ts';
import { requireOffering, type TargetInput } from './service.ts';

export interface GrantChangeInput {
  readonly agent: string;
  readonly target: TargetInput;
  readonly level: Level | null;
  readonly effect?: 'allow' | 'deny' | undefined;
  /** ISO 8601. */
  readonly expiresAt?: string | undefined;
}

/** Where grants are: an agent, what they are about, and whether they allow or deny. */
export type GrantPlace = Pick<
  GrantRow,
  | 'agent_id'
  | 'agent_slug'
  | 'effect'
  | 'toolbox_id'
  | 'toolbox_slug'
  | 'instance_id'
  | 'instance_slug'
  | 'offering_kind'
  | 'offering_name'
>;

/** What is to be at one place: these grants and no others. */
export interface WantedGrants {
  readonly place: GrantPlace;
  readonly grants: readonly { readonly level: Level; readonly expiresAt: Date | null }[];
}

export const maxPlaces = 500;

/** One text for each place. */
export function placeKey(place: GrantPlace): string {
  const { agent_id: agent, effect, toolbox_id: toolbox, instance_id: instance } = place;
  return JSON.stringify([
    agent,
    effect,
    toolbox,
    instance,
    place.offering_kind,
    place.offering_name,
  ]);
}

/**
 * Finds what changes name, and takes those for one place together. Throws `AppError`: `not_found` for
 * what is not there, and `invalid_input` when there are more places than one request may change.
 */
export async function findWanted(
  db: TenantDb,
  changes: readonly GrantChangeInput[],
): Promise<readonly WantedGrants[]> {
  const agents = await findAll(
    'agent',
    changes.map(({ agent }) => agent),
    (column, refs) =>
      db
        .selectFrom('agents')
        .select(['id', 'slug'])
        .where('revoked_at', 'is', null)
        .where(column, 'in', refs)
        .execute(),
  );
  const toolboxes = await findAll(
    'toolbox',
    changes.flatMap(({ target }) => (target.scope === 'toolbox' ? [target.toolbox] : [])),
    (column, refs) =>
      db.selectFrom('toolboxes').select(['id', 'slug']).where(column, 'in', refs).execute(),
  );
  const instances = await findAll(
    'instance',
    changes.flatMap(({ target }) => (target.scope === 'toolbox' ? [] : [target.instance])),
    (column, refs) =>
      db.selectFrom('instances').select(['id', 'slug']).where(column, 'in', refs).execute(),
  );
  const places = new Map<string, { place: GrantPlace; grants: WantedGrants['grants'][number][] }>();
  const offered = new Set<string>();
  for (const { agent, target, level, effect = 'allow', expiresAt } of changes) {
    const place: GrantPlace = {
      ...nowhere,
      ...ofAgent(agents(agent)),
      effect,
      ...ofTarget(target),
    };
    const key = placeKey(place);
    const wanted = places.get(key) ?? { place, grants: [] };
    places.set(key, wanted);
    if (level === null) continue;
    wanted.grants.push({ level, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) });
    // What is taken away may be gone already; what is given must be there.
    if (target.scope === 'offering') {
      const instance = instances(target.instance);
      const name = JSON.stringify([instance.id, target.kind, target.name]);
      if (!offered.has(name)) await requireOffering(db, instance, target.kind, target.name);
      offered.add(name);
    }
  }
  if (places.size > maxPlaces) {
    throw new AppError(
      'invalid_input',
      `changes: they name ${places.size} targets of agents; at most ${maxPlaces} can be set at once.`,
    );
  }
  return [...places.values()];

  function ofTarget(target: TargetInput) {
    if (target.scope === 'toolbox') {
      const { id, slug } = toolboxes(target.toolbox);
      return { toolbox_id: id, toolbox_slug: slug };
    }
    const { id, slug } = instances(target.instance);
    const instance = { instance_id: id, instance_slug: slug };
    return target.scope === 'instance' ? instance : { ...instance, ...ofOffering(target) };
  }
}

const nowhere = {
  toolbox_id: null,
  toolbox_slug: null,
  instance_id: null,
  instance_slug: null,
  offering_kind: null,
  offering_name: null,
};

interface Slugged {
  readonly id: string;
  readonly slug: string;
}

function ofAgent({ id, slug }: Slugged) {
  return { agent_id: id, agent_slug: slug };
}

function ofOffering({ kind, name }: { readonly kind: OfferingKind; readonly name: string }) {
  return { offering_kind: kind, offering_name: name };
}

/** Looks all of them up at once; the answer finds one by its slug or id, or throws `not_found`. */
async function findAll(
  noun: 'agent' | 'toolbox' | 'instance',
  refs: readonly string[],
  select: (column: 'id' | 'slug', refs: readonly string[]) => Promise<readonly Slugged[]>,
): Promise<(ref: string) => Slugged> {
  const found = new Map<string, Slugged>();
  const byColumn = Map.groupBy(new Set(refs), refColumn);
  for (const [column, some] of byColumn) {
    for (const row of await select(column, some)) found.set(row[column], row);
  }
  return (ref) => {
    const row = found.get(ref);
    if (!row) throw noSuch(noun, ref);
    return row;
  };
}
