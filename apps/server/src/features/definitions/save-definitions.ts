import type { Era } from '@plugboard/protocol';
import { sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';
import type { Definition, Definitions } from './read-definitions.ts';

/** What differs between what was stored and what the server listed now. */
export interface DefinitionChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly hello: boolean;
  /** The era, where it is another than before. */
  readonly era: Era | undefined;
}

const rowsAtOnce = 1000;

/**
 * Stores what an instance offers, deleting what is gone. Undefined when nothing differs, and then
 * nothing is written. Of two starts at once the later one waits for the other.
 */
export async function saveDefinitions(
  db: TenantDb,
  organizationId: string,
  instanceId: string,
  { era, hello, offerings }: Definitions,
): Promise<DefinitionChanges | undefined> {
  const instance = await db
    .selectFrom('instances')
    .select(['hello', 'era', 'defined_at'])
    .where('id', '=', instanceId)
    .forUpdate()
    .executeTakeFirst();
  if (!instance) return undefined;
  const stored = await storedOfferings(db, instanceId);
  const listed = new Set(offerings.map(keyOf));
  const removed = [...stored.values()].filter((row) => !listed.has(keyOf(row)));
  const written = offerings.filter((offering) => !isSame(stored.get(keyOf(offering)), offering));
  const helloChanged = instance.hello !== hello;
  const eraChanged = instance.era !== era;
  const first = instance.defined_at === null;
  const isSaid = helloChanged || eraChanged || first;
  if (removed.length === 0 && written.length === 0 && !isSaid) return undefined;

  for (const { kind, name } of removed) {
    await db
      .deleteFrom('offerings')
      .where('instance_id', '=', instanceId)
      .where('kind', '=', kind)
      .where('name', '=', name)
      .execute();
  }
  for (let at = 0; at < written.length; at += rowsAtOnce) {
    await write(db, organizationId, instanceId, written.slice(at, at + rowsAtOnce));
  }
  await db
    .updateTable('instances')
    .set({
      hello,
      era,
      defined_at: sql<Date>`now()`,
      offers: JSON.stringify(countOffers(offerings)),
      offers_at: sql<Date>`now()`,
    })
    .where('id', '=', instanceId)
    .execute();
  return {
    added: written.filter((row) => !stored.has(keyOf(row))).map(keyOf),
    changed: written.filter((row) => stored.has(keyOf(row))).map(keyOf),
    removed: removed.map(keyOf),
    hello: helloChanged,
    era: eraChanged ? era : undefined,
  };
}

/** What lists of instances tell. */
function countOffers(offerings: readonly Definition[]): Record<string, number> {
  const kinds = [...new Map(offerings.map((each) => [keyOf(each), each.kind])).values()];
  const count = (kind: Definition['kind']) => kinds.filter((each) => each === kind).length;
  return {
    tools: count('tool'),
    prompts: count('prompt'),
    resources: count('resource'),
    resourceTemplates: count('resource_template'),
  };
}

type Key = Pick<Definition, 'kind' | 'name'>;
type Stored = Pick<Definition, 'kind' | 'name' | 'position' | 'hash' | 'level'>;

async function storedOfferings(db: TenantDb, instanceId: string): Promise<Map<string, Stored>> {
  const rows = await db
    .selectFrom('offerings')
    .select(['kind', 'name', 'position', 'hash', 'level'])
    .where('instance_id', '=', instanceId)
    .execute();
  return new Map(rows.map((row) => [keyOf(row), row]));
}

async function write(
  db: TenantDb,
  organizationId: string,
  instanceId: string,
  definitions: readonly Definition[],
): Promise<void> {
  await db
    .insertInto('offerings')
    .values(
      definitions.map(({ kind, name, position, text, hash, level }) => ({
        organization_id: organizationId,
        instance_id: instanceId,
        kind,
        name,
        position,
        definition: text,
        hash,
        level,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'instance_id', 'kind', 'name']).doUpdateSet((eb) => ({
        position: eb.ref('excluded.position'),
        definition: eb.ref('excluded.definition'),
        hash: eb.ref('excluded.hash'),
        level: eb.ref('excluded.level'),
      })),
    )
    .execute();
}

function keyOf({ kind, name }: Key): string {
  return `${kind}:${name}`;
}

function isSame(stored: Stored | undefined, listed: Definition): boolean {
  return (
    stored !== undefined &&
    stored.position === listed.position &&
    stored.level === listed.level &&
    stored.hash.equals(listed.hash)
  );
}
