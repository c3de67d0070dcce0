import { parseQuery, type SearchQuery, type Viewer } from '@plugboard/catalog';
import type { CatalogSearch, CatalogToolSearch } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';
import { presentCard, presentIcon, presentTool, readCard, readInstalled } from './cards.ts';
import type { Expansion } from './search/expand-words.ts';
import { highlightsOf } from './search/highlights.ts';
import { readMatchingTools } from './search/matching-tools.ts';
import { searchServers } from './search/search-servers.ts';
import { searchTools } from './search/search-tools.ts';

export interface PageInput {
  readonly q: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page of servers with all that their cards show. */
export async function findServers(
  db: TenantDb,
  viewer: Viewer,
  { q, limit, cursor }: PageInput,
): Promise<CatalogSearch> {
  const query = parseQuery(q);
  const found = await searchServers(db, { viewer, query, limit, cursor });
  const installed = await readInstalled(
    db,
    found.servers.map(({ name }) => name),
  );
  const cards = found.servers.map((server) => ({ ...server, card: readCard(server.card) }));
  const tools = await readMatchingTools(
    db,
    cards.filter(({ card }) => card.tools > 0).map(({ id }) => id),
    found.alternatives,
  );
  return {
    servers: cards.map(({ id, name, card }) => ({
      ...presentCard(card, installed.get(name)),
      highlights: highlightsOf(card, found.alternatives),
      matchingTools: (tools.get(id) ?? []).map(presentTool),
    })),
    total: found.total,
    facets: found.facets,
    sort: found.sort,
    ...presentReading(q, query, found),
    ...(found.nextCursor !== undefined && { nextCursor: found.nextCursor }),
  };
}

/** One page of tools, whatever their servers. */
export async function findTools(
  db: TenantDb,
  viewer: Viewer,
  { q, limit, cursor }: PageInput,
): Promise<CatalogToolSearch> {
  const query = parseQuery(q);
  const found = await searchTools(db, { viewer, query, limit, cursor });
  const installed = await readInstalled(
    db,
    found.tools.map(({ server }) => server),
  );
  return {
    tools: found.tools.map((tool) => {
      const card = readCard(tool.card);
      const { title, verified } = card;
      const { installed: instances } = presentCard(card, installed.get(tool.server));
      return {
        ...presentTool(tool),
        server: {
          name: tool.server,
          title,
          icon: presentIcon(card),
          verified,
          installed: instances,
        },
      };
    }),
    ...presentReading(q, query, found),
    ...(found.nextCursor !== undefined && { nextCursor: found.nextCursor }),
  };
}

function presentReading(q: string, { messages }: SearchQuery, { corrections }: Expansion) {
  let corrected = q;
  for (const { word, meant } of corrections) {
    const at = corrected.toLowerCase().indexOf(word);
    if (at >= 0) corrected = corrected.slice(0, at) + meant + corrected.slice(at + word.length);
  }
  return {
    messages: [...messages],
    corrections: [...corrections],
    ...(corrected !== q && { didYouMean: corrected }),
  };
}
