import { createHash } from 'node:crypto';

import { type CatalogMeta, catalogMetaKey, catalogMetaSchema } from '../catalog-meta.ts';
import type { ServerJson } from '../server-json.ts';
import { type SourceMeta, sourceMetaKey, sourceMetaSchema } from '../sources/source-meta.ts';
import type { EntryVersion } from './choose-version.ts';
import { guessCategory } from './guess-category.ts';
import { mergeTools } from './merge-tools.ts';
import type { MergedCredential, MergedServer, ServerIcon } from './merged-server.ts';
import { hasProvenName, publisherOf } from './publisher.ts';
import {
  type Feature,
  type RuntimeKind,
  runtimes,
  type Transport,
  transports,
} from './query-keys.ts';
import { identifierWords } from './words.ts';

/** What there is to merge. */
export interface MergeInput {
  readonly server: ServerJson;
  readonly chosen: EntryVersion;
  readonly statusMessage: string | undefined;
  readonly updatedAt: string | undefined;
  /** How many versions the chosen source has. */
  readonly versions: number;
  /** The bundled entry of the same name, where the viewer may see it. */
  readonly bundled: ServerJson | undefined;
  /** What its source lists, as it came. */
  readonly tools: readonly unknown[];
  readonly hasReadme: boolean;
}

/** Makes one of what the sources of a server say. */
export function mergeServer(input: MergeInput): MergedServer {
  const { server, chosen } = input;
  const ours = readCatalogMeta(input.bundled);
  const source = sourceMetaSchema.safeParse(server._meta?.[sourceMetaKey]).data ?? {};
  const title = input.bundled?.title ?? server.title ?? titleOf(server.name);
  const description = longer(source.description, server.description);
  const keywords = [...new Set([...(ours?.keywords ?? []), ...(source.keywords ?? [])])];
  const tools = mergeTools([...input.tools, ...(source.tools ?? [])], ours?.tools);
  const credentials = credentialsOf(server, ours, source);
  const license = ours?.license ?? source.license;
  const stars = source.stars;
  const downloads = ours?.downloadsPerMonth ?? source.downloads;
  const icon = iconOf(server, ours, source, title);
  const published = {
    name: server.name,
    title,
    description,
    id: ours?.id,
    publisher: ours?.publisher ?? source.publisher ?? publisherOf(server),
    category:
      ours?.category ??
      source.category ??
      guessCategory([`${title} ${keywords.join(' ')}`, server.name, description]),
    tier: ours?.tier ?? 'community',
    verified: (ours && ours.tier !== 'community') || hasProvenName(server, chosen.source),
    transports: transportsOf(server),
    runtimes: runtimesOf(server),
    license,
    icon,
    version: chosen.version,
    versions: input.versions,
    stars,
    downloads,
    keywords,
    credentials,
    updatedAt: input.updatedAt ?? chosen.publishedAt,
    status: chosen.status === 'deprecated' ? 'deprecated' : 'active',
    statusMessage: input.statusMessage,
    source: chosen.source.slug,
    repositoryUrl: server.repository?.url,
    websiteUrl: server.websiteUrl,
    tools,
    popularity: popularityOf(stars, downloads),
  } as const;
  const present: Record<Feature, boolean> = {
    tools: tools.length > 0,
    remote: (server.remotes?.length ?? 0) > 0,
    package: (server.packages?.length ?? 0) > 0,
    credentials: credentials.length > 0,
    presets: (ours?.presets.length ?? 0) > 0,
    readme: input.hasReadme,
    icon: 'src' in icon,
    repository: server.repository !== undefined,
    website: server.websiteUrl !== undefined,
    license: license !== undefined,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the keys' type
  const features = (Object.keys(present) as Feature[]).filter((feature) => present[feature]);
  return { ...published, features };
}

/** Plugboard's own facts in a bundled entry; undefined where there are none that can be read. */
export function readCatalogMeta(bundled: ServerJson | undefined): CatalogMeta | undefined {
  return catalogMetaSchema.safeParse(bundled?._meta?.[catalogMetaKey]).data;
}

/** `io.github.acme/mcp-server-brave-search` → `Brave Search`. */
function titleOf(name: string): string {
  const words = identifierWords(name.split('/')[1] ?? name);
  const telling = words.filter((word) => word !== 'mcp' && word !== 'server');
  return (telling.length > 0 ? telling : words)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

function longer(full: string | undefined, short: string): string {
  return full !== undefined && full.length > short.length ? full.slice(0, 2000) : short;
}

function transportsOf(server: ServerJson): Transport[] {
  const used = new Set<string>([
    ...(server.packages ?? []).map(({ transport }) => transport.type),
    ...(server.remotes ?? []).map(({ type }) => type),
  ]);
  return transports.filter((transport) => used.has(transport));
}

function runtimesOf(server: ServerJson): RuntimeKind[] {
  const used = new Set<string>((server.packages ?? []).map(({ registryType }) => registryType));
  if ((server.remotes?.length ?? 0) > 0) used.add('remote');
  return runtimes.filter((runtime) => used.has(runtime));
}

function credentialsOf(
  server: ServerJson,
  ours: CatalogMeta | undefined,
  source: SourceMeta,
): MergedCredential[] {
  if (ours) {
    return ours.credentials.map(({ key, title, kind, required, url }) => ({
      key: key ?? title,
      title,
      kind,
      required,
      ...(url !== undefined && { url }),
    }));
  }
  const inputs = [
    ...(server.packages ?? []).flatMap((entry) => [
      ...(entry.environmentVariables ?? []),
      ...(entry.transport.type === 'stdio' ? [] : (entry.transport.headers ?? [])),
    ]),
    ...(server.remotes ?? []).flatMap(({ headers }) => headers ?? []),
  ];
  const found = new Map<string, MergedCredential>();
  for (const { name, isSecret, isRequired } of inputs) {
    if (isSecret !== true) continue;
    found.set(name, { key: name, title: name, kind: 'api_key', required: isRequired === true });
  }
  for (const provider of source.oauth ?? []) {
    found.set(`oauth:${provider}`, {
      key: provider,
      title: provider,
      kind: 'oauth',
      required: true,
    });
  }
  return [...found.values()];
}

function iconOf(
  server: ServerJson,
  ours: CatalogMeta | undefined,
  source: SourceMeta,
  title: string,
): ServerIcon {
  const src = server.icons?.[0]?.src ?? source.icon;
  if (src?.startsWith('https://')) return { src };
  if (ours) return ours.icon;
  return lettersFor(server.name, title);
}

/** Letters on a color for a server without a picture, the same each time. */
export function lettersFor(
  name: string,
  title: string,
): { readonly text: string; readonly color: string } {
  const hash = createHash('sha256').update(name).digest();
  // Dark enough for white letters.
  const color = [0, 1, 2].map((byte) => (48 + (hash[byte] ?? 0) / 2) | 0);
  return {
    text: Array.from(title)[0]?.toUpperCase() ?? '?',
    color: `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`,
  };
}

/** A million stars or a hundred million downloads in a month make 1. */
function popularityOf(stars: number | undefined, downloads: number | undefined): number {
  const ofStars = Math.log10(1 + (stars ?? 0)) / 6;
  const ofDownloads = Math.log10(1 + (downloads ?? 0)) / 8;
  return Math.min(1, Math.max(ofStars, ofDownloads));
}
