import type { ServerJson } from '../server-json.ts';
import type { EntrySource } from './choose-version.ts';

const officialRegistry = /^https:\/\/registry\.modelcontextprotocol\.io(?:\/|$)/;

/** The owner of a repository at a well-known host. */
function repositoryOwner(server: ServerJson): string | undefined {
  const url = server.repository?.url;
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  if (hostname !== 'github.com' && hostname !== 'gitlab.com') return undefined;
  return pathname.split('/')[1] || undefined;
}

/** Who publishes a server, where nobody says: its repository's owner, else what its name says. */
export function publisherOf(server: ServerJson): string {
  const owner = repositoryOwner(server);
  if (owner !== undefined) return owner;
  const labels = (server.name.split('/')[0] ?? '').split('.');
  if (labels.length < 2) return labels[0] ?? '';
  return /^io\.(?:github|gitlab)$/.test(labels.slice(0, 2).join('.'))
    ? (labels[2] ?? 'github')
    : (labels[1] ?? '');
}

/**
 * Whether the official registry vouches for the name, and it fits what the entry points to. That
 * registry gives `io.github.<owner>/` to that owner and a domain's names to who controls it; no other
 * source's names prove anything.
 */
export function hasProvenName(server: ServerJson, source: EntrySource): boolean {
  const official =
    source.kind === 'registry' &&
    (source.slug === 'official' || officialRegistry.test(source.location ?? ''));
  if (!official) return false;
  const namespace = (server.name.split('/')[0] ?? '').toLowerCase();
  const [, owner] = /^io\.github\.(.+)$/.exec(namespace) ?? [];
  if (owner !== undefined) {
    const url = server.repository?.url.toLowerCase() ?? '';
    return url.startsWith(`https://github.com/${owner}/`);
  }
  const domain = namespace.split('.').toReversed().join('.');
  const urls = [server.websiteUrl, ...(server.remotes ?? []).map(({ url }) => url)];
  return urls.some((url) => {
    if (url === undefined || !URL.canParse(url)) return false;
    const { hostname, protocol } = new URL(url);
    return protocol === 'https:' && (hostname === domain || hostname.endsWith(`.${domain}`));
  });
}
