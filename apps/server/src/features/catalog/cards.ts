import { lettersFor, type MergedServer } from '@plugboard/catalog';
import { apiPrefix } from '@plugboard/contracts';
import type { CatalogCard, CatalogTool } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';
import type { MatchingTool } from './search/matching-tools.ts';

/** What is stored of a server to be shown. */
export type StoredCard = Omit<MergedServer, 'tools'> & { readonly tools: number };

/** An instance of a catalog's server. */
export interface InstalledInstance {
  readonly slug: string;
  readonly toolbox: string;
  readonly version: string;
}

export function readCard(text: string): StoredCard {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by build-entry.ts
  return JSON.parse(text) as StoredCard;
}

/** Where some servers are installed, by their names. */
export async function readInstalled(
  db: TenantDb,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly InstalledInstance[]>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .where('instances.server_name', 'in', names)
    .select([
      'instances.server_name as name',
      'instances.slug',
      'toolboxes.slug as toolbox',
      'instances.version',
    ])
    .orderBy('instances.slug')
    .execute();
  return Map.groupBy(rows, ({ name }) => name);
}

/** Without what is only for us. */
export function presentCard(
  stored: StoredCard,
  installed: readonly InstalledInstance[] | undefined,
) {
  const { popularity: _, updatedAt, icon: _icon, ...card } = stored;
  return {
    ...card,
    icon: presentIcon(stored),
    transports: [...card.transports],
    runtimes: [...card.runtimes],
    keywords: [...card.keywords],
    credentials: [...card.credentials],
    features: [...card.features],
    ...(updatedAt !== undefined && { updatedAt: new Date(updatedAt).toISOString() }),
    installed: (installed ?? []).map(({ slug, toolbox, version }) => ({ slug, toolbox, version })),
  };
}

/** Pictures are fetched by us: nobody's browser tells their hosts what it looks at. */
export function presentIcon({
  icon,
  name,
  title,
}: Pick<StoredCard, 'icon' | 'name' | 'title'>): CatalogCard['icon'] {
  if (!('src' in icon)) return { text: icon.text, color: icon.color };
  const query = new URLSearchParams({ server: name });
  return { ...lettersFor(name, title), image: `${apiPrefix}/catalog/icon?${query.toString()}` };
}

export function presentTool(
  tool: Pick<MatchingTool, 'name' | 'title' | 'description' | 'level' | 'levelFrom'>,
): CatalogTool {
  const { name, title, description, level, levelFrom } = tool;
  return {
    name,
    level,
    levelFrom,
    ...(title !== null && { title }),
    ...(description !== null && { description }),
  };
}
