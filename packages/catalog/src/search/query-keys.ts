import { categories, tiers } from '../catalog-meta.ts';

export const transports = ['stdio', 'streamable-http', 'sse'] as const;
export const runtimes = ['npm', 'pypi', 'oci', 'mcpb', 'nuget', 'cargo', 'remote'] as const;
export const statuses = ['active', 'deprecated'] as const;
export const features = [
  'tools',
  'remote',
  'package',
  'credentials',
  'presets',
  'readme',
  'icon',
  'repository',
  'website',
  'license',
] as const;
export const sortOrders = [
  'relevance',
  'popularity',
  'stars',
  'downloads',
  'updated',
  'name',
] as const;

export type Transport = (typeof transports)[number];
export type RuntimeKind = (typeof runtimes)[number];
export type Feature = (typeof features)[number];
export type SortOrder = (typeof sortOrders)[number];

/** Filters whose values are counted beside the results. */
export const facetKeys = [
  'category',
  'tier',
  'verified',
  'transport',
  'runtime',
  'license',
  'source',
  'status',
  'installed',
  'has',
] as const;

export type FacetKey = (typeof facetKeys)[number];

/** What a key takes: one of some words, or any text. */
interface QueryKey {
  readonly key: string;
  readonly values: readonly string[] | undefined;
  /** Other words for a value. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Shown where the syntax is explained. */
  readonly example: string;
  readonly about: string;
}

const yesNo = { values: ['true', 'false'], aliases: { yes: 'true', no: 'false' } };

/** Every key of the query language, in the order to explain them. */
export const queryKeys = [
  { key: 'category', values: categories, example: 'category:databases', about: 'what it is for' },
  { key: 'verified', ...yesNo, example: 'verified:true', about: 'its publisher is who it says' },
  { key: 'tier', values: tiers, example: 'tier:official', about: 'who stands behind it' },
  {
    key: 'transport',
    values: transports,
    aliases: { http: 'streamable-http', streamable: 'streamable-http' },
    example: 'transport:stdio',
    about: 'how it is spoken to',
  },
  {
    key: 'runtime',
    values: runtimes,
    aliases: { node: 'npm', python: 'pypi', docker: 'oci', container: 'oci', dotnet: 'nuget' },
    example: 'runtime:npm',
    about: 'what it runs from',
  },
  {
    key: 'license',
    values: undefined,
    example: 'license:mit',
    about: 'its license; license:unknown for none told',
  },
  {
    key: 'publisher',
    values: undefined,
    example: 'publisher:github',
    about: 'a part of who publishes it',
  },
  {
    key: 'source',
    values: undefined,
    example: 'source:official',
    about: 'the source that tells of it',
  },
  {
    key: 'status',
    values: statuses,
    example: 'status:deprecated',
    about: 'what its source makes of it',
  },
  {
    key: 'installed',
    ...yesNo,
    example: 'installed:true',
    about: 'there is an instance of it here',
  },
  { key: 'has', values: features, example: 'has:tools', about: 'what is known of it' },
  {
    key: 'tool',
    values: undefined,
    example: 'tool:send',
    about: 'a word in the name of one of its tools',
  },
  {
    key: 'updated',
    values: undefined,
    example: 'updated:>2026-01',
    about: 'when it last changed: >, >=, <, <=, a year, month or day, or 2026-01..2026-06',
  },
  { key: 'sort', values: sortOrders, example: 'sort:stars', about: 'the order of the results' },
] as const satisfies readonly QueryKey[];

export type QueryKeyName = (typeof queryKeys)[number]['key'];

const aliasesOfKeys: Readonly<Record<string, QueryKeyName>> = {
  licence: 'license',
  vendor: 'publisher',
  author: 'publisher',
  is: 'status',
  tools: 'tool',
  transports: 'transport',
  categories: 'category',
};

/** The key that a word means, exactly. */
export function findQueryKey(
  word: string,
): (QueryKey & { readonly key: QueryKeyName }) | undefined {
  const name = Object.hasOwn(aliasesOfKeys, word) ? aliasesOfKeys[word] : word;
  return queryKeys.find(({ key }) => key === name);
}
