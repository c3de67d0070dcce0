/** A filter as a query has it: `-category:a,b`. */
interface Filter {
  readonly key: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  /** Where it stands in the text. */
  readonly from: number;
  readonly to: number;
}

/** Other words for keys and values, as the server reads them (docs/search.md). */
const aliases: Readonly<Record<string, string>> = { licence: 'license', is: 'status' };
const valueAliases: Readonly<Record<string, string>> = {
  http: 'streamable-http',
  streamable: 'streamable-http',
  node: 'npm',
  python: 'pypi',
  docker: 'oci',
  container: 'oci',
  dotnet: 'nuget',
  yes: 'true',
  no: 'false',
};

const piece = /(-?)(?:([\p{L}_]+):)?(?:"([^"]*)(?:"|$)|([^\s"]+))/gu;

/** The filters of a query. What else is in it are words. */
function filtersOf(query: string): readonly Filter[] {
  return [...query.matchAll(piece)].flatMap((match) => {
    const [raw, minus, key, quoted, plain] = match;
    if (key === undefined) return [];
    const values = quoted === undefined ? (plain ?? '').split(',') : [quoted];
    return [
      {
        key: aliases[key.toLowerCase()] ?? key.toLowerCase(),
        negated: minus === '-',
        values: values.map(folded).filter((value) => value !== ''),
        from: match.index,
        to: match.index + raw.length,
      },
    ];
  });
}

/** Which values of a key a query asks for. */
export function chosenValues(query: string, key: string): ReadonlySet<string> {
  return new Set(
    filtersOf(query)
      .filter((filter) => filter.key === key && !filter.negated)
      .flatMap(({ values }) => values),
  );
}

/** The query with exactly these values of a key, behind everything else; none takes the filter away. */
export function withValues(query: string, key: string, values: readonly string[]): string {
  const mine = filtersOf(query).filter((filter) => filter.key === key && !filter.negated);
  const rest = mine
    .toReversed()
    .reduce((text, { from, to }) => text.slice(0, from) + text.slice(to), query)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const plain = values.filter((value) => !/\s/.test(value));
  const added = [
    ...(plain.length > 0 ? [`${key}:${plain.join(',')}`] : []),
    ...values.filter((value) => /\s/.test(value)).map((value) => `${key}:"${value}"`),
  ];
  return [rest, ...added].filter((text) => text !== '').join(' ');
}

/** The query with a value of a key chosen, or not. */
export function withValue(query: string, key: string, value: string, isIn: boolean): string {
  const chosen = new Set(chosenValues(query, key));
  if (isIn) chosen.add(folded(value));
  else chosen.delete(folded(value));
  return withValues(query, key, [...chosen]);
}

/** How many filters there are, the order aside. */
export function countFilters(query: string): number {
  return filtersOf(query)
    .filter(({ key }) => key !== 'sort')
    .reduce((count, { values }) => count + values.length, 0);
}

/** A query without its filters: its words. */
export function withoutFilters(query: string): string {
  return filtersOf(query)
    .toReversed()
    .reduce((text, { from, to }) => text.slice(0, from) + text.slice(to), query)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Whether a filter can say it: quotes and commas have a meaning there. */
export function isSayable(value: string): boolean {
  return value !== '' && !/["]/.test(value) && (!value.includes(',') || /\s/.test(value));
}

function folded(value: string): string {
  const lower = value.trim().toLowerCase();
  return Object.hasOwn(valueAliases, lower) ? (valueAliases[lower] ?? lower) : lower;
}
