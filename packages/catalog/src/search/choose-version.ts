import semver from 'semver';

/** Where an entry comes from, as far as search must know. */
export interface EntrySource {
  readonly id: string;
  readonly slug: string;
  readonly kind: 'bundled' | 'registry' | 'docker' | 'folder';
  readonly location: string | undefined;
  readonly audience: Audience;
  readonly priority: number;
}

/** One version of one server as one source has it. */
export interface EntryVersion {
  readonly source: EntrySource;
  readonly version: string;
  readonly status: 'active' | 'deprecated' | 'deleted';
  readonly isLatest: boolean;
  /** ISO 8601. */
  readonly publishedAt: string | undefined;
}

/** Who may see a source, from nearly nobody to anybody. */
export const audiences = ['admins', 'members', 'public'] as const;
export type Audience = (typeof audiences)[number];

/**
 * Who looks, by how much they see: nobody in particular sees public sources, a member the members'
 * too, an owner or admin all.
 */
export const viewers = ['anybody', 'member', 'admin'] as const;
export type Viewer = (typeof viewers)[number];

/** Whether a viewer may see what a source of this audience says. */
export function mayView(viewer: Viewer, audience: Audience): boolean {
  return viewers.indexOf(viewer) + audiences.indexOf(audience) >= viewers.length - 1;
}

/**
 * The version that tells of a server: of the source with the lowest priority number that has one not
 * deleted, what the source marks as latest, else the greatest by semver, else the newest published.
 */
export function chooseVersion<T extends EntryVersion>(versions: readonly T[]): T | undefined {
  const present = versions.filter(({ status }) => status !== 'deleted');
  const [first] = present.toSorted(
    ({ source: a }, { source: b }) => a.priority - b.priority || compareText(a.slug, b.slug),
  );
  const ofSource = present.filter(({ source }) => source.id === first?.source.id);
  return ofSource.toSorted(newestFirst)[0];
}

function newestFirst(left: EntryVersion, right: EntryVersion): number {
  if (left.isLatest !== right.isLatest) return left.isLatest ? -1 : 1;
  return compareVersions(right, left);
}

/** Negative when `left` is older. Versions that are not semver are older than those that are. */
export function compareVersions(left: EntryVersion, right: EntryVersion): number {
  const [a, b] = [semver.parse(left.version), semver.parse(right.version)];
  if (a && b) return semver.compareBuild(a, b);
  if (a || b) return a ? 1 : -1;
  return (
    compareText(left.publishedAt ?? '', right.publishedAt ?? '') ||
    compareText(left.version, right.version)
  );
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
