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
  PublishedReadme,
  PublishedRequest,
  PublishedVersion,
} from './published-messages.ts';
import { findChangelog, maxTarball } from './published-changelog.ts';
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
  if (request.type === 'readme') {
    const packument = await pacote.packument(request.name, { ...options, fullMetadata: true });
    return { type: 'readme', found: readReadme(packument) };
  }
  const spec = `${request.name}@${request.version}`;
  const { dist } = await pacote.manifest(spec, options);
  // What the registry says is believed here: what it sends is measured again.
  if ((numberOf(Reflect.get(dist, 'unpackedSize')) ?? 0) > maxTarball) {
    return { type: 'changelog', found: undefined };
  }
  const tarball = await pacote.tarball(spec, { ...options, integrity: dist.integrity });
  return { type: 'changelog', found: await findChangelog(tarball) };
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

/** Bytes of a README; what is longer is cut at the end of a line. */
const maxReadme = 256 * 1024;

function readReadme(packument: object): PublishedReadme | undefined {
  const listed = recordOf(Reflect.get(packument, 'versions'));
  const tags = recordOf(Reflect.get(packument, 'dist-tags'));
  const latest = recordOf(listed[textOf(tags['latest']) ?? '']);
  const text = textOf(Reflect.get(packument, 'readme') ?? latest['readme'])?.toWellFormed();
  // What npm puts there when a package has none.
  if (text === undefined || text.trim() === '' || text.startsWith('ERROR: No README')) {
    return undefined;
  }
  const repositoryUrl = readRepository(
    Reflect.get(packument, 'repository') ?? latest['repository'],
  );
  if (Buffer.byteLength(text) <= maxReadme) return { markdown: text, repositoryUrl };
  const cut = Buffer.from(text).subarray(0, maxReadme).toString();
  const lines = cut.slice(0, cut.lastIndexOf('\n') + 1);
  return { markdown: lines || cut.replace(/\ufffd$/, ''), repositoryUrl };
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

/** As a link for people; `git+https://…git` and its like are how npm writes it. */
function readRepository(repository: unknown): string | undefined {
  const text = textOf(repository) ?? textOf(recordOf(repository)['url']);
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text ?? '')?.[1];
  if (short) return `https://github.com/${short}`;
  const url = URL.parse(
    (text ?? '')
      .replace(/^git\+/, '')
      .replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, 'https://$1/')
      .replace(/^git:/, 'https:')
      .replace(/\.git$/, ''),
  );
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function finish(message: PublishedAnswer): void {
  process.send?.(message, () => process.exit(0));
}
