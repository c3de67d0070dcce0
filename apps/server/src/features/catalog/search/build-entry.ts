import { createHash } from 'node:crypto';

import {
  boostOf,
  foldText,
  mergeServer,
  type MergedServer,
  type Posting,
  postingsOf,
  serverPhrases,
} from '@plugboard/catalog';

import { type VersionDocument, versionKey } from './read-versions.ts';
import type { ServerView } from './views.ts';

/** All that is written of a view. */
export interface IndexEntry {
  readonly view: ServerView;
  readonly server: MergedServer;
  readonly postings: readonly Posting[];
  /** A row of catalog_servers but for its id and organization. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly card: string;
  readonly phrases: string;
  readonly digest: Buffer;
}

/** Counted up whenever what is made of the same input changes: everything is then written anew. */
const indexFormat = 1;

/** Undefined when the view's document cannot be read. */
export function buildEntry(
  view: ServerView,
  documents: ReadonlyMap<string, VersionDocument>,
): IndexEntry | undefined {
  const document = documentOf(view.chosen, documents);
  if (!document) return undefined;
  const bundled = view.bundled && documentOf(view.bundled, documents);
  const { updatedAt, statusMessage, hasReadme } = view.chosen;
  const server = mergeServer({
    server: document.server,
    chosen: view.chosen,
    statusMessage,
    updatedAt,
    versions: view.versions,
    bundled: bundled?.server,
    tools: document.tools,
    hasReadme: hasReadme || view.bundled?.hasReadme === true,
  });
  const { tools, ...shown } = server;
  const card = JSON.stringify({ ...shown, tools: tools.length });
  const facets = {
    category: server.category,
    tier: server.tier,
    verified: server.verified,
    transports: server.transports,
    runtimes: server.runtimes,
    license: server.license?.toLowerCase() ?? 'unknown',
    source: server.source,
    status: server.status,
    features: server.features,
  };
  const facetText = JSON.stringify(Object.values(facets));
  const row = {
    ...facets,
    name: server.name,
    viewer_from: view.viewerFrom,
    viewer_to: view.viewerTo,
    facets: facetText,
    facets_key: String(createHash('sha256').update(facetText).digest().readBigInt64BE()),
    publisher: foldText(server.publisher),
    title: foldText(server.title),
    stars: Math.min(server.stars ?? 0, maxCount),
    downloads: Math.min(server.downloads ?? 0, maxCount),
    popularity: server.popularity,
    boost: boostOf(server),
    updated_at: server.updatedAt ?? '1970-01-01T00:00:00Z',
  };
  const digest = createHash('sha256')
    .update(
      JSON.stringify([indexFormat, row, card, tools, view.chosen.source.id, view.bundled?.version]),
    )
    .digest();
  return {
    view,
    server,
    postings: postingsOf(server),
    row,
    card,
    phrases: serverPhrases(server),
    digest,
  };
}

/** What an integer column holds. */
const maxCount = 2_147_483_647;

function documentOf(
  { source, name, version }: NonNullable<ServerView['bundled']>,
  documents: ReadonlyMap<string, VersionDocument>,
): VersionDocument | undefined {
  return documents.get(versionKey(source.id, name, version));
}
