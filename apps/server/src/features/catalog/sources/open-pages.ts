import { join } from 'node:path';

import {
  checkOut,
  defaultSourceLimits,
  placeWithin,
  readBundled,
  readDocker,
  readDockerText,
  readFolder,
  readRegistry,
  type SourceFetch,
  type SourcePages,
  type SourceResume,
} from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import { openOutboundFetch, resolveOutboundHost } from '@plugboard/runtime';
import { readFile, rm, stat } from 'node:fs/promises';

import { isRepository } from './location.ts';
import type { SourceRow } from './queries.ts';
import type { SourcePlace } from './read-source.ts';

export interface PagesOptions {
  readonly signal: AbortSignal;
  /** Whatever earlier syncs left. */
  readonly isFull: boolean;
  /** What to send as Authorization. */
  readonly authorization: string | undefined;
  /** Told to `owner`: what is to be closed when the reading is over. */
  readonly owner: AsyncDisposableStack;
}

/** Begins to read a source, from where an interrupted sync of it was. */
export async function openPages(
  place: SourcePlace,
  source: SourceRow,
  { signal, isFull, authorization, owner }: PagesOptions,
): Promise<SourcePages> {
  const watermark = isFull ? undefined : (source.watermark ?? undefined);
  if (source.kind === 'bundled') return readBundled(watermark);
  const location = source.location;
  if (location === null) throw new AppError('invalid_input', 'The source has no location.');
  const reading = { signal, watermark, authorization };
  if (source.kind === 'folder' && isRepository(location)) {
    return readRepository(place, source, location, { ...reading, owner });
  }
  if (!isRepository(location)) return readPlace(place, source, location, reading);
  const outbound = owner.use(await openOutboundFetch(source.allow_private_network));
  const fetch: SourceFetch = (url, init) => outbound.fetch(url, init);
  if (source.kind === 'docker') return readDocker(location, { ...reading, fetch });
  const resume = isFull ? undefined : resumeOf(source.resume);
  return readRegistry(location, { ...reading, fetch, resume });
}

interface Reading {
  readonly signal: AbortSignal;
  readonly watermark: string | undefined;
  readonly authorization: string | undefined;
}

/** A path of this machine, inside the one folder that the installation's settings name. */
async function readPlace(
  { catalogDir }: SourcePlace,
  { kind }: SourceRow,
  location: string,
  reading: Reading,
): Promise<SourcePages> {
  const place = await placeWithin(catalogDir, location);
  const facts = await stat(place);
  if (kind === 'folder') {
    if (!facts.isDirectory()) {
      throw new AppError('invalid_input', `"${location}" is a file; a folder is wanted.`);
    }
    return readFolder(place, { ...reading, ours: true });
  }
  if (!facts.isFile() || facts.size > defaultSourceLimits.bodyBytes) {
    throw new AppError(
      'invalid_input',
      `"${location}" is no file of at most ${defaultSourceLimits.bodyBytes} bytes.`,
    );
  }
  return readDockerText(await readFile(place, 'utf8'), `"${location}"`, reading);
}

async function readRepository(
  { dataDir }: SourcePlace,
  source: SourceRow,
  location: string,
  { owner, ...reading }: Reading & { readonly owner: AsyncDisposableStack },
): Promise<SourcePages> {
  const url = new URL(location);
  const [first] = await resolveOutboundHost(url, source.allow_private_network);
  const folder = join(dataDir, 'catalog-checkouts', source.id);
  owner.defer(() => rm(folder, { recursive: true, force: true }));
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  const checkout = await checkOut({
    ...reading,
    url: location,
    folder,
    resolved: `${url.hostname}:${port}:${first?.family === 6 ? `[${first.address}]` : first?.address}`,
  });
  // A repository is somebody else's: how Plugboard starts its servers is not its to say.
  return readFolder(checkout.folder, { ...reading, mark: checkout.commit, ours: false });
}

function resumeOf(stored: unknown): SourceResume | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const entries = Object.entries(stored).filter(
    (entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(entries);
}
