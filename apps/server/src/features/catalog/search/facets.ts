import { type FacetKey, facetKeys, type SearchQuery } from '@plugboard/catalog';

/** How many servers have the same facets. */
export interface FacetGroup {
  /** JSON as `catalog_servers.facets` has it. */
  readonly facets: string;
  readonly count: number;
  /** How many of them are installed. */
  readonly installed: number;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export type Facets = Record<FacetKey, FacetValue[]>;

export interface Counted {
  readonly total: number;
  readonly facets: Facets;
}

/**
 * Counts what is beside the results. A value's number says how many servers there would be if it were
 * chosen: filters on other keys hold, those on its own do not.
 */
export function countFacets(groups: readonly FacetGroup[], chosen: SearchQuery['facets']): Counted {
  const counts = new Map<FacetKey, Map<string, number>>(
    facetKeys.map((key) => [key, new Map<string, number>()]),
  );
  let total = 0;
  for (const { facets, installed, count } of groups) {
    add(facets, false, count - installed);
    add(facets, true, installed);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every key is among them
  const facets = Object.fromEntries(
    [...counts].map(([key, ofKey]) => [
      key,
      [...ofKey]
        .map(([value, count]) => ({ value, count }))
        .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
    ]),
  ) as Facets;
  return { total, facets };

  function add(facets: string, installed: boolean, count: number): void {
    if (count === 0) return;
    const values = valuesOf(facets, installed);
    const failing = facetKeys.filter((key) => !passes(key, values[key], chosen[key]));
    if (failing.length === 0) total += count;
    if (failing.length > 1) return;
    for (const key of facetKeys) {
      if (failing.length === 1 && failing[0] !== key) continue;
      // Features are chosen together, so each is counted among those that pass.
      if (key === 'has' && failing.length > 0) continue;
      const ofKey = counts.get(key);
      for (const value of values[key]) ofKey?.set(value, (ofKey.get(value) ?? 0) + count);
    }
  }
}

function valuesOf(facets: string, installed: boolean): Record<FacetKey, readonly string[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by build-entry.ts
  const [category, tier, verified, transport, runtime, license, source, status, has] = JSON.parse(
    facets,
  ) as [string, string, boolean, string[], string[], string, string, string, string[]];
  return {
    category: [category],
    tier: [tier],
    verified: [String(verified)],
    transport,
    runtime,
    license: [license],
    source: [source],
    status: [status],
    installed: [String(installed)],
    has,
  };
}

function passes(
  key: FacetKey,
  values: readonly string[],
  choice: SearchQuery['facets'][FacetKey],
): boolean {
  const { any = [], none = [] } = choice ?? {};
  if (none.some((value) => values.includes(value))) return false;
  if (key === 'has') return any.every((value) => values.includes(value));
  return any.length === 0 || any.some((value) => values.includes(value));
}
