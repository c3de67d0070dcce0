import { canonicalLock, grantKey, sortKeys } from './lock-canonical.ts';
import type { LockDocument, LockGrant, LockInstance } from './lock-document.ts';

/** Kinds of objects in the order in which they need each other; deleted in the reverse. */
export const lockKinds = [
  'licence_policy',
  'source',
  'toolbox',
  'template',
  'layer',
  'instance',
  'level',
  'agent',
  'grant',
] as const;

export type LockKind = (typeof lockKinds)[number];

/** One field that differs; an absent value is not there on that side. */
export interface LockFieldChange {
  /** Dotted, such as `settings.network.mode`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A definition that is listed otherwise than the document has it. */
export interface LockDrift {
  readonly kind: LockInstance['definitions'][number]['kind'];
  readonly name: string;
  /** `added` is listed and not locked, `removed` locked and not listed. */
  readonly how: 'added' | 'removed' | 'changed';
  readonly locked?: string | undefined;
  readonly listed?: string | undefined;
}

export interface LockChange {
  /** `drift`: nothing is to be changed, but it lists other definitions than are locked. */
  readonly action: 'create' | 'change' | 'delete' | 'drift';
  readonly kind: LockKind;
  /** Unique among the changes of its kind. */
  readonly id: string;
  readonly fields: readonly LockFieldChange[];
  readonly drift: readonly LockDrift[];
  /** The grants of a change of a grant, which has no name of its own. */
  readonly grant?: { readonly before?: LockGrant; readonly after?: LockGrant };
}

/** An object of a document: what it is called, what is compared, and what it was made from. */
interface Part {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly definitions?: LockInstance['definitions'];
}

/**
 * What has to be done to `current` for it to become `wanted`, in the order to do it. A section that
 * `wanted` has not is left alone. A change of an instance's version or package comes with the
 * definitions that it had and is to have.
 */
export function compareLocks(current: LockDocument, wanted: LockDocument): LockChange[] {
  const before = canonicalLock(current);
  const after = canonicalLock(wanted);
  const changes = lockKinds.flatMap((kind) => {
    if (kind === 'grant')
      return after.grants ? compareGrants(before.grants ?? [], after.grants) : [];
    const theirs = partsOf(kind, after);
    if (!theirs) return [];
    return compareParts(kind, partsOf(kind, before) ?? [], theirs);
  });
  const gone = new Set(
    changes.flatMap(({ action, kind, id }) =>
      action === 'delete' && kind === 'instance' ? [`${id} `] : [],
    ),
  );
  // Levels of an instance go with it.
  const told = changes.filter(
    ({ kind, id }) => kind !== 'level' || !gone.has(id.slice(0, id.indexOf(' ') + 1)),
  );
  return [
    ...told.filter(({ action }) => action !== 'delete'),
    ...told.filter(({ action }) => action === 'delete').toReversed(),
  ];
}

function partsOf(
  kind: Exclude<LockKind, 'grant'>,
  document: LockDocument,
): readonly Part[] | undefined {
  switch (kind) {
    case 'licence_policy': {
      const { licencePolicy } = document;
      return licencePolicy && [{ id: 'organization', fields: licencePolicy }];
    }
    case 'source':
      return document.sources?.map(({ slug: id, ...fields }) => ({ id, fields }));
    case 'toolbox':
      return document.toolboxes?.map(({ slug: id, ...fields }) => ({ id, fields }));
    case 'template':
      return document.templates?.map(({ server, slug, ...fields }) => ({
        id: `${server} ${slug}`,
        fields,
      }));
    case 'layer':
      return document.layers?.map(({ server, environment, ...fields }) => ({
        id: `${server} ${environment}`,
        fields,
      }));
    case 'instance':
      return document.instances?.map(
        ({
          slug: id,
          toolbox,
          server,
          version,
          source,
          entry,
          settings,
          secrets,
          definitions,
          stopped,
        }) => ({
          id,
          fields: {
            toolbox,
            server,
            version,
            source,
            entry: entry && sortKeys(entry),
            settings,
            secrets,
            stopped,
          },
          definitions,
        }),
      );
    case 'level':
      return document.instances?.flatMap(({ slug, levels }) =>
        levels.map(({ kind: offering, name, level }) => ({
          id: `${slug} ${offering} ${name}`,
          fields: { level },
        })),
      );
    case 'agent':
      return document.agents?.map(({ slug: id, ...fields }) => ({ id, fields }));
  }
}

function compareParts(
  kind: LockKind,
  current: readonly Part[],
  wanted: readonly Part[],
): LockChange[] {
  const left = new Map(current.map((part) => [part.id, part]));
  const changes: LockChange[] = [];
  for (const after of wanted) {
    const before = left.get(after.id);
    left.delete(after.id);
    const fields = compareFields(before?.fields ?? {}, wantedFields(after, before));
    if (!before) {
      changes.push({ action: 'create', kind, id: after.id, fields, drift: [] });
      continue;
    }
    const drift = wasNeverListed(before)
      ? []
      : compareDefinitions(before.definitions ?? [], after.definitions ?? []);
    if (fields.length === 0 && drift.length === 0) continue;
    const action = fields.length === 0 ? 'drift' : 'change';
    changes.push({ action, kind, id: after.id, fields, drift });
  }
  for (const { id, fields } of left.values()) {
    changes.push({ action: 'delete', kind, id, fields: compareFields(fields, {}), drift: [] });
  }
  return changes;
}

/** Without a word about it, what is stopped stays so; and not to be stopped is no field. */
function wantedFields({ fields }: Part, before: Part | undefined): Part['fields'] {
  if (!('stopped' in fields)) return fields;
  const { stopped = before?.fields['stopped'], ...rest } = fields;
  const running = before?.fields['stopped'] === true ? false : undefined;
  return { ...rest, stopped: stopped === true ? true : running };
}

/** One that was made as stopped has never run, so nobody knows what it lists. */
function wasNeverListed({ fields, definitions = [] }: Part): boolean {
  return fields['stopped'] === true && definitions.length === 0;
}

/**
 * Of the grants about one thing those that are equal stay; the rest are changed into each other in
 * their order, so that as few as can be are given or taken.
 */
function compareGrants(current: readonly LockGrant[], wanted: readonly LockGrant[]): LockChange[] {
  const olds = Map.groupBy(current, grantKey);
  const news = Map.groupBy(wanted, grantKey);
  const keys = [...new Set([...news.keys(), ...olds.keys()])].toSorted();
  return keys.flatMap((key) => {
    const [taken, given] = withoutEqual(olds.get(key) ?? [], news.get(key) ?? []);
    return Array.from({ length: Math.max(taken.length, given.length) }, (_, index): LockChange => {
      const [before, after] = [taken[index], given[index]];
      return {
        action: before ? (after ? 'change' : 'delete') : 'create',
        kind: 'grant',
        id: index === 0 ? key : `${key} #${index + 1}`,
        fields: compareFields(termsOf(before), termsOf(after)),
        drift: [],
        grant: { ...(before && { before }), ...(after && { after }) },
      };
    });
  });
}

function termsOf(grant: LockGrant | undefined): object {
  return grant ? { level: grant.level, expiresAt: grant.expiresAt } : {};
}

function withoutEqual(
  olds: readonly LockGrant[],
  news: readonly LockGrant[],
): [LockGrant[], LockGrant[]] {
  const given: LockGrant[] = [];
  const taken = [...olds];
  for (const grant of news) {
    const same = taken.findIndex(
      ({ level, expiresAt }) => level === grant.level && expiresAt === grant.expiresAt,
    );
    if (same >= 0) taken.splice(same, 1);
    else given.push(grant);
  }
  return [taken, given];
}

/** Field by field; lists are compared and told whole. */
function compareFields(before: unknown, after: unknown): LockFieldChange[] {
  const olds = new Map(leaves(before, ''));
  const news = new Map(leaves(after, ''));
  const paths = [...new Set([...olds.keys(), ...news.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [old, now] = [olds.get(path), news.get(path)];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    return [
      { path, ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) },
    ];
  });
}

function leaves(value: unknown, path: string): [string, unknown][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== '') return [];
  return entries.flatMap(([key, child]: [string, unknown]) =>
    leaves(child, (path === '' ? '' : `${path}.`) + key.replaceAll('.', String.raw`\.`)),
  );
}

/** What is listed otherwise than it is locked. */
export function compareDefinitions(
  listed: LockInstance['definitions'],
  locked: LockInstance['definitions'],
): LockDrift[] {
  const left = new Map(listed.map((each) => [`${each.kind} ${each.name}`, each]));
  const drift: LockDrift[] = [];
  for (const { kind, name, sha256 } of locked) {
    const found = left.get(`${kind} ${name}`);
    left.delete(`${kind} ${name}`);
    if (!found) drift.push({ kind, name, how: 'removed', locked: sha256 });
    else if (found.sha256 !== sha256) {
      drift.push({ kind, name, how: 'changed', locked: sha256, listed: found.sha256 });
    }
  }
  for (const { kind, name, sha256 } of left.values()) {
    drift.push({ kind, name, how: 'added', listed: sha256 });
  }
  return drift;
}
