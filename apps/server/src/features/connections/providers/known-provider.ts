import { AppError } from '@plugboard/contracts';
import {
  findProvider,
  listProviders,
  resolveProvider,
  type ResolvedProvider,
} from '@plugboard/oauth';

import type { TenantDb } from '../../tenant-db.ts';
import { type ProviderRow, providerVariables, selectProviders } from './provider-row.ts';

/** A service as an organization knows it: Plugboard's data, what admins set, or both. */
export interface KnownProvider {
  readonly slug: string;
  readonly title: string;
  readonly issuer: string;
  /** Undefined for one known by its issuer alone. */
  readonly definition: ResolvedProvider | undefined;
  /** Undefined while nobody has set anything of it. */
  readonly row: ProviderRow | undefined;
}

export async function listKnownProviders(db: TenantDb): Promise<readonly KnownProvider[]> {
  const rows = await selectProviders(db);
  const brought = listProviders()
    .filter(({ slug }) => !rows.some((row) => row.slug === slug))
    .map((definition) => withDefinition(definition.slug, definition.slug, undefined));
  return [...brought, ...rows.map(fromRow)].toSorted((one, other) =>
    one.slug < other.slug ? -1 : 1,
  );
}

/** Throws `AppError('not_found')`. */
export async function requireProvider(db: TenantDb, slug: string): Promise<KnownProvider> {
  const found = (await listKnownProviders(db)).find((provider) => provider.slug === slug);
  if (found) return found;
  throw new AppError(
    'not_found',
    `There is no provider "${slug}". See the list of providers, or add one by its issuer.`,
    { details: { noun: 'provider', ref: slug } },
  );
}

/** One that has this authorization server, preferring those that were set up. */
export async function providerByIssuer(
  db: TenantDb,
  issuer: string,
): Promise<KnownProvider | undefined> {
  const known = (await listKnownProviders(db)).filter((provider) => provider.issuer === issuer);
  return known.find(({ row }) => row !== undefined) ?? known[0];
}

function fromRow(row: ProviderRow): KnownProvider {
  if (row.definition !== null) return withDefinition(row.slug, row.definition, row);
  return { slug: row.slug, title: row.title, issuer: row.issuer ?? '', definition: undefined, row };
}

function withDefinition(
  slug: string,
  definitionSlug: string,
  row: ProviderRow | undefined,
): KnownProvider {
  const definition = findProvider(definitionSlug);
  if (!definition) throw new AppError('internal', `The data of "${definitionSlug}" are gone.`);
  const resolved = resolveProvider(definition, row ? providerVariables(row) : {});
  return {
    slug,
    title: row?.title ?? resolved.title,
    issuer: resolved.issuer,
    definition: resolved,
    row,
  };
}
