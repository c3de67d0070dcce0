import { readdirSync, readFileSync } from 'node:fs';

import { type ProviderDefinition, providerDefinitionSchema } from './definition.ts';

const folder = new URL('../../providers/', import.meta.url);
let loaded: readonly ProviderDefinition[] | undefined;

/** All services that Plugboard brings data of, by their slugs. Read from disk once. */
export function listProviders(): readonly ProviderDefinition[] {
  loaded ??= readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) =>
      providerDefinitionSchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
    )
    .toSorted((one, other) => (one.slug < other.slug ? -1 : 1));
  return loaded;
}

/** Undefined when there is none of that slug. */
export function findProvider(slug: string): ProviderDefinition | undefined {
  return listProviders().find((provider) => provider.slug === slug);
}
