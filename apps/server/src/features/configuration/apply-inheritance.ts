import type { InheritEvent } from '@plugboard/contracts/api';

import { type Author, commitChange } from '../change.ts';
import type { ChangeInstanceServices } from '../instances/revisions/change-instance.ts';
import { checkInstance } from '../instances/revisions/check-instance.ts';
import { writeFirstRevision } from '../instances/revisions/first-revision.ts';
import { goBack } from '../instances/revisions/go-back.ts';
import { refuseStale } from '../instances/revisions/refuse-stale.ts';
import { hasRevisions, sealedFromRow } from '../instances/revisions/stored-candidate.ts';
import { writeRevision } from '../instances/revisions/write-revision.ts';
import type { Tell } from '../instances/tell.ts';
import type { TenantDb } from '../tenant-db.ts';
import { refuseProblems } from './configure-launch.ts';
import { allProblems, type Heir, planInheritance, type SharedChange } from './inherit.ts';

/** What is written, and what the audit log says of it: names, never values. */
export interface WrittenShared {
  /** Of the layer; undefined for a template. */
  readonly revision: number | undefined;
  readonly kind: `configuration.${string}`;
  readonly change: Readonly<Record<string, unknown>>;
}

export interface InheritOptions {
  readonly note: string | undefined;
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** Writes the layer or template, in the transaction of everything else. */
  readonly write: (db: TenantDb) => Promise<WrittenShared>;
}

type Done = Omit<Extract<InheritEvent, { type: 'done' }>, 'type'>;
type Outcome = Done['instances'][number];

/**
 * Stores shared settings together with a revision of every instance that runs otherwise because of
 * them, then starts those anew, one after the other. One that does not start goes back to what it was
 * by a further revision; the others go on. Rejects with `AppError('invalid_input')` naming the keys at
 * fault of all instances, and with `conflict` while one of them is being changed; then nothing has
 * changed.
 */
export async function applyInheritance(
  services: ChangeInstanceServices,
  author: Author,
  change: SharedChange,
  options: InheritOptions,
): Promise<Done> {
  const { organizationId } = author;
  const first = await planInheritance(services, organizationId, change);
  refuseProblems(allProblems(first));
  using turns = new DisposableStack();
  for (const { present } of first.heirs) {
    turns.use(services.instanceChanges.begin(present.row.id, present.row.slug));
  }
  // Within the turns: an instance may have been changed since.
  const { heirs } =
    first.heirs.length === 0 ? first : await planInheritance(services, organizationId, change);
  const ours = new Set(first.heirs.map(({ present }) => present.row.id));
  for (const { present } of heirs) {
    const { id, slug } = present.row;
    if (!ours.has(id)) turns.use(services.instanceChanges.begin(id, slug));
  }
  refuseProblems(heirs.flatMap(({ planned }) => planned.problems));
  options.signal.throwIfAborted();

  options.tell('pin', `Writing settings that ${heirs.length} instances inherit`);
  const { written, revisions } = await commit(services, author, heirs, options);
  const outcomes: Outcome[] = [];
  for (const heir of heirs) {
    const { slug, id } = heir.present.row;
    options.tell('live', `Starting ${slug}`);
    outcomes.push(await startAnew(services, heir, revisions.get(id) ?? 0));
  }
  return {
    ...(written.revision !== undefined && { revision: written.revision }),
    instances: outcomes,
  };
}

function commit(
  services: ChangeInstanceServices,
  author: Author,
  heirs: readonly Heir[],
  { write, note }: InheritOptions,
) {
  const { organizationId, memberId } = author;
  const { dataDir } = services.server;
  return commitChange(services, author, async (db) => {
    const written = await write(db);
    const revisions = new Map<string, number>();
    for (const { present, planned } of heirs) {
      const { row, definitions } = present;
      await refuseStale(db, row, row.revision);
      if (!(await hasRevisions(db, row.id))) await writeFirstRevision(db, dataDir, present);
      const revision = await writeRevision(db, {
        organizationId,
        instanceId: row.id,
        dataDir,
        candidate: planned.after.candidate,
        sealedSecrets: sealedFromRow(row.sealed_secrets),
        definitions: definitions ?? { offerings: [] },
        reason: 'inherited',
        memberId,
        note,
      });
      await db
        .updateTable('instances')
        .set({ asks_clients: false })
        .where('id', '=', row.id)
        .execute();
      revisions.set(row.id, revision);
    }
    return {
      result: { written, revisions },
      record: {
        kind: written.kind,
        change: {
          ...written.change,
          instances: heirs.map(({ present: { row }, planned }) => ({
            slug: row.slug,
            revision: revisions.get(row.id),
            changed: planned.changes.map(({ path }) => path),
          })),
          ...(note !== undefined && { note }),
        },
      },
      events: heirs.map(({ present: { row } }) => ({
        kind: 'instance' as const,
        organizationId,
        instanceId: row.id,
      })),
    };
  });
}

async function startAnew(
  services: ChangeInstanceServices,
  { present, planned }: Heir,
  revision: number,
): Promise<Outcome> {
  const { row } = present;
  const { slug } = row;
  // It is started when somebody starts it, with them.
  if (row.stopped_at !== null) return { slug, outcome: 'changed', revision };
  try {
    await checkInstance(services, row, planned.after.candidate.startTimeoutMs);
    return { slug, outcome: 'changed', revision };
  } catch (error) {
    const failed = { revision, what: 'the settings that it inherits', tried: false };
    const { message: told, details } = await goBack(services, present, failed, error);
    const back = details?.revision;
    const cure = `The settings that it inherits are not in force for it. Mend what keeps it from starting, then try them again: plugboard config set ${slug}`;
    const message = back === undefined ? told : `${told}\n${cure}`;
    return {
      slug,
      outcome: 'went_back',
      message,
      ...(typeof back === 'number' && { revision: back }),
    };
  }
}
