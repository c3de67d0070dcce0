import { cutQuery, foldText, parseQuery, queryKeys, type Viewer } from '@plugboard/catalog';
import type { CatalogSuggestions } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';
import { readCard } from './cards.ts';
import { searchServers } from './search/search-servers.ts';
import { searchTools } from './search/search-tools.ts';

type Suggestion = CatalogSuggestions['suggestions'][number];

/** Completes what somebody types: filters and their values, servers, tools. */
export async function suggest(
  db: TenantDb,
  viewer: Viewer,
  { q, limit }: { readonly q: string; readonly limit: number },
): Promise<Suggestion[]> {
  const last = cutQuery(q.slice(0, 1000)).at(-1);
  if (!last || last.closed) return filterSuggestions(q, '').slice(0, limit);
  const before = q.slice(0, q.length - last.raw.length);
  if (last.key !== undefined) {
    return (await valueSuggestions(db, viewer, before, last.negated, last.key, last.text)).slice(
      0,
      limit,
    );
  }
  const filters = last.quoted || last.text.length < 2 ? [] : filterSuggestions(before, last.text);
  const query = parseQuery(q);
  const found = await searchServers(db, { viewer, query, limit, cursor: undefined });
  const tools = await searchTools(db, { viewer, query, limit: 3, cursor: undefined });
  const servers = found.servers.map((server): Suggestion => {
    const { title, publisher } = readCard(server.card);
    return { kind: 'server', label: title, about: publisher, query: title, server: server.name };
  });
  const ofTools = tools.tools.map((tool): Suggestion => ({
    kind: 'tool',
    label: tool.name,
    about: readCard(tool.card).title,
    query: `tool:${tool.name}`,
    server: tool.server,
  }));
  const room = Math.max(1, limit - Math.min(2, filters.length) - Math.min(2, ofTools.length));
  return [...filters.slice(0, 2), ...servers.slice(0, room), ...ofTools].slice(0, limit);
}

function filterSuggestions(before: string, beginning: string): Suggestion[] {
  const folded = foldText(beginning.replace(/^-/, ''));
  return queryKeys.flatMap(({ key, about, values }): Suggestion[] => {
    const ofKey: Suggestion[] = key.startsWith(folded)
      ? [{ kind: 'filter', label: `${key}:`, about, query: `${before}${key}:` }]
      : [];
    const ofValues = (folded === '' ? [] : (values ?? []))
      .filter((value) => key === 'category' && value.startsWith(folded))
      .map((value): Suggestion => ({
        kind: 'value',
        label: `${key}:${value}`,
        about,
        query: `${before}${key}:${value} `,
      }));
    return [...ofKey, ...ofValues];
  });
}

/** Of keys whose values are counted, only what this viewer's results have. */
async function valueSuggestions(
  db: TenantDb,
  viewer: Viewer,
  before: string,
  negated: boolean,
  key: string,
  beginning: string,
): Promise<Suggestion[]> {
  const known = queryKeys.find((each) => each.key === foldText(key));
  if (!known) return filterSuggestions(before, key);
  const { facets } = await searchServers(db, {
    viewer,
    query: parseQuery(before),
    limit: 1,
    cursor: undefined,
  });
  const counted = Object.entries(facets).find(([facet]) => facet === known.key)?.[1];
  const values: { value: string; count?: number }[] =
    counted ?? (known.values ?? []).map((value) => ({ value }));
  const sign = negated ? '-' : '';
  return values
    .filter(({ value }) => value.startsWith(foldText(beginning)))
    .map(({ value, count }) => ({
      kind: 'value',
      label: `${sign}${known.key}:${value}`,
      ...(count !== undefined && { about: count === 1 ? '1 server' : `${count} servers` }),
      query: `${before}${sign}${known.key}:${/\s/.test(value) ? `"${value}"` : value} `,
    }));
}
