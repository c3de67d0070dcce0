import pacote from 'pacote';

import type { PublishedReadme, PublishedRequest } from './published-messages.ts';
import { readFromTarball } from './read-tarball.ts';
import { readRepository, recordOf, textOf } from './registry-answer.ts';
import type { RegistryOptions } from './registry-options.ts';

/** Bytes of a README; what is longer is cut at the end of a line. */
const maxReadme = 256 * 1024;

type ReadmeRequest = Extract<PublishedRequest, { type: 'readme' }>;

/** What the registry shows of a package, else what is in its tarball. */
export async function publishedReadme(
  { name, version }: ReadmeRequest,
  options: RegistryOptions,
): Promise<PublishedReadme | undefined> {
  const full = { ...options, fullMetadata: true, packumentCache: new Map() };
  const packument = await pacote.packument(name, full);
  const listed = recordOf(Reflect.get(packument, 'versions'));
  const tags = recordOf(Reflect.get(packument, 'dist-tags'));
  const latest = textOf(tags['latest']) ?? '';
  const shown = textOf(Reflect.get(packument, 'readme') ?? recordOf(listed[latest])['readme']);
  const about = version !== undefined && Object.hasOwn(listed, version) ? version : latest;
  const markdown =
    (shown !== undefined && boundReadme(shown)) || (await readmeWithin(`${name}@${about}`, full));
  return markdown
    ? {
        markdown,
        repositoryUrl: readRepository(
          Reflect.get(packument, 'repository') ?? recordOf(listed[about])['repository'],
        ),
      }
    : undefined;
}

/** By npm's own rules. Whoever looks at packages fills no disk with them: tarballs are not kept. */
async function readmeWithin(spec: string, options: RegistryOptions): Promise<string | undefined> {
  const { dist } = await pacote.manifest(spec, options);
  if (!dist.integrity) return undefined;
  const { cache: _kept, ...unkept } = options;
  const file = await pacote.tarball.stream(
    spec,
    (tarball) => readFromTarball(tarball, { rank: rankReadme, maxBytes: maxReadme + 1 }),
    { ...unkept, integrity: dist.integrity },
  );
  return file && boundReadme(file.bytes.toString());
}

/** As much of it as is shown; undefined when it says nothing. */
function boundReadme(text: string): string | undefined {
  const written = text.toWellFormed();
  // What npm puts there when a package has none.
  if (written.trim() === '' || written.startsWith('ERROR: No README')) return undefined;
  if (Buffer.byteLength(written) <= maxReadme) return written;
  const cut = Buffer.from(written).subarray(0, maxReadme).toString();
  return cut.slice(0, cut.lastIndexOf('\n') + 1) || cut.replace(/\ufffd$/, '');
}

/** Markdown first and plain text last; before those in one language, what is for all. */
function rankReadme(name: string): number | undefined {
  if (/^readme\.md$/i.test(name)) return 0;
  if (/^readme\.m?a?r?k?d?o?w?n?$/i.test(name)) return 1;
  if (/^readme\..*\.m?a?r?k?d?o?w?n?$/i.test(name)) return 2;
  return /^readme$/i.test(name) ? 3 : undefined;
}
