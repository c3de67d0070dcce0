import { AppError, type OfferingKind, offeringKinds } from '@plugboard/contracts';
import type { RevisionDiff, RevisionView } from '@plugboard/contracts/api';
import { z } from 'zod';

import type { TenantDb } from '../../tenant-db.ts';
import { requireInstance } from '../queries.ts';
import { keptRevisions } from './revision-reason.ts';
import { sealedFromRow, selectRevision, type StoredRevision } from './stored-candidate.ts';

export interface HistoryOptions {
  /** Whether the reader may see values that were set for launches. */
  readonly showValues: boolean;
}

const defaultLimit = 50;

/** What an instance was, newest first. Empty for one that was never changed since before there were revisions. */
export async function readHistory(
  db: TenantDb,
  ref: string,
  limit: number | undefined,
  options: HistoryOptions,
): Promise<RevisionView[]> {
  const { id } = await requireInstance(db, ref);
  const shown = limit ?? defaultLimit;
  const rows = await db
    .selectFrom('instance_revisions')
    .selectAll()
    .where('instance_id', '=', id)
    .orderBy('revision', 'desc')
    // One more, which the last is compared with.
    .limit(shown + 1)
    .execute();
  const newest = rows[0]?.revision ?? 0;
  return rows.slice(0, shown).map((row, at) => presentRevision(row, rows[at + 1], newest, options));
}

function presentRevision(
  row: StoredRevision,
  before: StoredRevision | undefined,
  newest: number,
  options: HistoryOptions,
): RevisionView {
  const contract = before && compareContracts(before, row);
  return {
    revision: row.revision,
    reason: row.reason,
    version: row.version,
    ...(row.member_id !== null && { memberId: row.member_id }),
    ...(row.note !== null && { note: row.note }),
    at: row.created_at.toISOString(),
    current: row.revision === newest,
    kept: row.revision > newest - keptRevisions,
    changed: before ? compareSettings(before, row, options) : [],
    secretsChanged: before ? compareSecrets(before, row, newest) : [],
    offerings: {
      added: contract?.added.length ?? 0,
      removed: contract?.removed.length ?? 0,
      changed: contract?.changed.length ?? 0,
    },
  };
}

/** What changed from one revision to another. Throws `AppError('not_found')`. */
export async function diffRevisions(
  db: TenantDb,
  ref: string,
  { from, to }: { readonly from: number; readonly to: number },
  options: HistoryOptions,
): Promise<RevisionDiff> {
  const { id, slug } = await requireInstance(db, ref);
  const find = async (revision: number) => {
    const found = await selectRevision(db, id, revision);
    if (found) return found;
    throw new AppError(
      'not_found',
      `${slug} has no revision ${revision}. See: plugboard server history ${slug}`,
    );
  };
  const [before, after] = [await find(from), await find(to)];
  const newest = await db
    .selectFrom('instance_revisions')
    .select((eb) => eb.fn.max('revision').as('revision'))
    .where('instance_id', '=', id)
    .executeTakeFirst();
  return {
    from,
    to,
    version: { before: before.version, after: after.version },
    settings: compareSettings(before, after, options),
    secretsChanged: compareSecrets(before, after, newest?.revision ?? 0),
    contract: compareContracts(before, after),
  };
}

/** What was asked for, and what came of it together with layers and catalog. */
function compareSettings(
  before: StoredRevision,
  after: StoredRevision,
  { showValues }: HistoryOptions,
): RevisionDiff['settings'] {
  const [was, is] = [before, after].map((row) => valuesOf(row));
  const paths = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  return [...paths].sort().flatMap((path) => {
    const [x, y] = [was?.get(path), is?.get(path)];
    if (JSON.stringify(x) === JSON.stringify(y)) return [];
    if (!showValues) return [{ path }];
    return [{ path, ...(x !== undefined && { before: x }), ...(y !== undefined && { after: y }) }];
  });
}

/** Where it lies is the version's doing and nobody's setting. */
const notSettings = new Set(['launch.installDir', 'launch.entry', 'launch.driver']);

function valuesOf(row: StoredRevision): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  collect(row.settings, 'settings', values);
  collect(row.launch, 'launch', values);
  for (const path of notSettings) values.delete(path);
  return values;
}

function collect(value: unknown, path: string, into: Map<string, unknown>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    into.set(path, value);
    return;
  }
  for (const [key, each] of Object.entries(value)) collect(each, `${path}.${key}`, into);
}

/** A sealed form stays as long as its secret does. Those of old revisions are forgotten. */
function compareSecrets(before: StoredRevision, after: StoredRevision, newest: number): string[] {
  if (Math.min(before.revision, after.revision) <= newest - keptRevisions) return [];
  const [was, is] = [sealedFromRow(before.sealed_secrets), sealedFromRow(after.sealed_secrets)];
  return Object.keys({ ...was, ...is }).filter((name) => was[name] !== is[name]);
}

const contractSchema = z.array(z.tuple([z.enum(offeringKinds), z.string(), z.string()]));

function compareContracts(before: StoredRevision, after: StoredRevision): RevisionDiff['contract'] {
  const read = (row: StoredRevision) =>
    new Map(
      contractSchema
        .parse(row.contract)
        .map(([kind, name, hash]) => [`${kind}:${name}`, { kind, name, hash }]),
    );
  const [was, is] = [read(before), read(after)];
  const named = ({ kind, name }: { readonly kind: OfferingKind; readonly name: string }) => ({
    kind,
    name,
  });
  return {
    added: [...is].filter(([key]) => !was.has(key)).map(([, each]) => named(each)),
    removed: [...was].filter(([key]) => !is.has(key)).map(([, each]) => named(each)),
    changed: [...is]
      .filter(([key, { hash }]) => was.has(key) && was.get(key)?.hash !== hash)
      .map(([, each]) => named(each)),
  };
}
