/**
 * Asks a registry about a package and ends: its own process, as the one that installs, because
 * npm's engine keeps what it reads in memory, and a registry's answers are large.
 */
import pacote from 'pacote';
import semver from 'semver';

import { toFailure } from './failures.ts';
import type {
  PublishedAnswer,
  PublishedPackage,
  PublishedRequest,
  PublishedVersion,
} from './published-messages.ts';
import { findChangelog } from './published-changelog.ts';
import { publishedReadme } from './published-readme.ts';
import { maxUnpacked } from './read-tarball.ts';
import { numberOf, readRepository, recordOf, textOf } from './registry-answer.ts';
import { registryOptions } from './registry-options.ts';

process.once('disconnect', () => process.exit(1));
process.once('message', (request: PublishedRequest) => {
  answer(request).then(finish, (error: unknown) =>
    finish({ type: 'failed', failure: toFailure(error, request.name) }),
  );
});

async function answer(request: PublishedRequest): Promise<PublishedAnswer> {
  // Its cache answers for minutes, and what was just published or taken back matters here.
  const options = { ...(await registryOptions(request.cacheDir)), preferOnline: true };
  if (request.type === 'versions') {
    const packument = await pacote.packument(request.name, { ...options, fullMetadata: true });
    return { type: 'versions', found: readPackument(request.name, packument) };
  }
  if (request.type === 'readme')
    return { type: 'readme', found: await publishedReadme(request, options) };
  const spec = `${request.name}@${request.version}`;
  const { dist } = await pacote.manifest(spec, options);
  // What the registry says is believed here: what it sends is measured again.
  if ((numberOf(Reflect.get(dist, 'unpackedSize')) ?? 0) > maxUnpacked) {
    return { type: 'changelog', found: undefined };
  }
  const checked = { ...options, integrity: dist.integrity };
  const found = await pacote.tarball.stream(spec, findChangelog, checked);
  return { type: 'changelog', found };
}

function readPackument(name: string, packument: object): PublishedPackage {
  const listed = recordOf(Reflect.get(packument, 'versions'));
  const times = recordOf(Reflect.get(packument, 'time'));
  const tags = recordOf(Reflect.get(packument, 'dist-tags'));
  const versions = Object.entries(listed).map(([version, manifest]) =>
    readVersion(version, recordOf(manifest), momentOf(times[version])),
  );
  return {
    name,
    versions: versions.toSorted((a, b) => (a.publishedAt ?? '').localeCompare(b.publishedAt ?? '')),
    tags: Object.fromEntries(
      Object.entries(tags).filter(
        (entry): entry is [string, string] => textOf(entry[1]) !== undefined,
      ),
    ),
    repositoryUrl: readRepository(Reflect.get(packument, 'repository')),
  };
}

function readVersion(
  version: string,
  manifest: Readonly<Record<string, unknown>>,
  publishedAt: string | undefined,
): PublishedVersion {
  const nodeEngine = textOf(recordOf(manifest['engines'])['node']);
  const dist = recordOf(manifest['dist']);
  const licence = manifest['license'];
  return {
    version,
    publishedAt,
    deprecated: textOf(manifest['deprecated']),
    nodeEngine,
    suitsNode:
      nodeEngine === undefined ||
      semver.validRange(nodeEngine) === null ||
      semver.satisfies(process.version, nodeEngine, { includePrerelease: true }),
    licence: textOf(licence) ?? textOf(recordOf(licence)['type']),
    unpackedBytes: numberOf(dist['unpackedSize']),
    integrity: textOf(dist['integrity']),
  };
}

/** In the one form that the API has; registries write moments in several. */
function momentOf(value: unknown): string | undefined {
  const at = new Date(textOf(value) ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

function finish(message: PublishedAnswer): void {
  process.send?.(message, () => process.exit(0));
}
