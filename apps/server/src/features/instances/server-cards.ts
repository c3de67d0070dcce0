import { lettersFor } from '@plugboard/catalog';
import type { Instance } from '@plugboard/contracts/api';

import { presentIcon, readCard } from '../catalog/cards.ts';
import { viewerOf, visibleTo } from '../catalog/search/viewer.ts';
import type { Actor } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';

/** What an instance is shown with. */
export type ServerCard = Pick<Instance, 'title' | 'icon'>;

/** Of servers by their names, as far as the catalog that this member sees has them. */
export async function readServerCards(
  db: TenantDb,
  { role }: Pick<Actor, 'role'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, ServerCard>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('catalog_servers as s')
    .innerJoin('catalog_server_texts as t', (join) =>
      join.onRef('t.organization_id', '=', 's.organization_id').onRef('t.server_id', '=', 's.id'),
    )
    .select(['s.name', 't.card'])
    .where('s.name', 'in', [...new Set(names)])
    .where(visibleTo(viewerOf(role)))
    .execute();
  return new Map(
    rows.map((row) => {
      const card = readCard(row.card);
      return [row.name, { title: card.title, icon: presentIcon(card) }];
    }),
  );
}

/** For a server that the catalog does not have: its name without the domain. */
export function plainCard(name: string): ServerCard {
  const title = name.slice(name.lastIndexOf('/') + 1) || name;
  return { title, icon: lettersFor(name, title) };
}
