import type { LockDocument, LockGrant } from './lock-document.ts';

/**
 * The same document in the one order that Plugboard writes: lists by their names in code unit order,
 * keys of settings sorted, moments in UTC. Two documents that say the same become equal.
 */
export function canonicalLock(document: LockDocument): LockDocument {
  const { licencePolicy, sources, toolboxes, templates, layers, instances, agents, grants } =
    document;
  return {
    version: 1,
    ...(licencePolicy && {
      licencePolicy: {
        allow: licencePolicy.allow && unique(licencePolicy.allow),
        deny: unique(licencePolicy.deny),
        unknown: licencePolicy.unknown,
      },
    }),
    ...(sources && { sources: sources.toSorted(by(({ slug }) => [slug])) }),
    ...(toolboxes && { toolboxes: toolboxes.toSorted(by(({ slug }) => [slug])) }),
    ...(templates && {
      templates: templates
        .map((each) => ({ ...each, settings: sortKeys(each.settings) }))
        .toSorted(by(({ server, slug }) => [server, slug])),
    }),
    ...(layers && {
      layers: layers
        .map((each) => ({ ...each, settings: sortKeys(each.settings) }))
        .toSorted(by(({ server, environment }) => [server, environment])),
    }),
    ...(instances && {
      instances: instances
        .map((each) => ({
          ...each,
          settings: sortKeys(each.settings),
          secrets: each.secrets.toSorted(),
          definitions: each.definitions.toSorted(by(({ kind, name }) => [kind, name])),
          levels: each.levels.toSorted(by(({ kind, name }) => [kind, name])),
        }))
        .toSorted(by(({ slug }) => [slug])),
    }),
    ...(agents && { agents: agents.toSorted(by(({ slug }) => [slug])) }),
    ...(grants && {
      grants: grants
        .map(({ expiresAt, ...grant }) => ({
          ...grant,
          ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
        }))
        .toSorted(by((grant) => [grantKey(grant), grant.level, grant.expiresAt ?? ''])),
    }),
  };
}

/** Which agent is allowed or denied what; several grants may say that at different levels. */
export function grantKey({ agent, effect, target }: LockGrant): string {
  if ('toolbox' in target) return `${agent} ${effect} toolbox ${target.toolbox}`;
  if ('kind' in target)
    return `${agent} ${effect} ${target.instance} ${target.kind} ${target.name}`;
  return `${agent} ${effect} ${target.instance}`;
}

/** The document without grants whose time is over at `now` (epoch milliseconds): they do nothing. */
export function withoutExpired(document: LockDocument, now: number): LockDocument {
  if (!document.grants) return document;
  const inForce = ({ expiresAt }: LockGrant) =>
    expiresAt === undefined || Date.parse(expiresAt) > now;
  return { ...document, grants: document.grants.filter(inForce) };
}

/** Any JSON value with the keys of its objects in code unit order. */
export function sortKeys<T>(value: T): T {
  if (Array.isArray(value)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same items in the same order
    return value.map((item: unknown) => sortKeys(item)) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .toSorted(by(([key]) => [key]))
    .map(([key, item]: [string, unknown]) => [key, sortKeys(item)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys with the same values
  return Object.fromEntries(sorted) as T;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

/** Compares by each of several texts in turn; the order is no language's, so it is the same everywhere. */
function by<T>(keysOf: (item: T) => readonly string[]): (a: T, b: T) => number {
  return (a, b) => {
    const others = keysOf(b);
    for (const [index, key] of keysOf(a).entries()) {
      const other = others[index] ?? '';
      if (key !== other) return key < other ? -1 : 1;
    }
    return 0;
  };
}
