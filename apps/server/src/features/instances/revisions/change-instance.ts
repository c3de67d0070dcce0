import { AppError, newId } from '@plugboard/contracts';
import { type ContractDiff, diffContracts } from '@plugboard/trust';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Author } from '../../change.ts';
import { refuseChanged } from '../../credentials/bindings/changed-destination.ts';
import { listingSetOf } from '../../credentials/bindings/listing-set.ts';
import { selectBoundSlots } from '../../credentials/bindings/open-bindings.ts';
import type { Definitions } from '../../definitions/read-definitions.ts';
import type { Candidate } from '../candidate.ts';
import { refuseAborted } from '../or-aborted.ts';
import { releasePackage } from '../prepare/hold-package.ts';
import type { Tell } from '../tell.ts';
import { tryCandidate } from '../trial/try-candidate.ts';
import { checkInstance } from './check-instance.ts';
import { commitRevision } from './commit-revision.ts';
import { goBack } from './go-back.ts';
import { outdatedPackages } from './outdated-packages.ts';
import { contractWithLevels, type PresentInstance, readPresent } from './present-instance.ts';
import type { RevisionReason } from './revision-reason.ts';

export type ChangeInstanceServices = Pick<
  AppServices,
  | 'audit'
  | 'clock'
  | 'db'
  | 'definitionTurns'
  | 'heard'
  | 'instanceChanges'
  | 'keyring'
  | 'log'
  | 'logs'
  | 'packageFolders'
  | 'pending'
  | 'server'
  | 'supervisor'
>;

export interface ChangeOptions {
  readonly reason: RevisionReason;
  /** For people who read the history; no secret. */
  readonly note?: string | undefined;
  readonly onProgress: Tell;
  /** Heeded until the change is committed; from then on it is checked, and kept or taken back. */
  readonly signal: AbortSignal;
  /** Whether it goes on when agents may lose what they use. Default true. */
  readonly allowBreaking?: boolean | undefined;
  /** Throws when what is listed is not what it should be: nothing is changed then, or taken back. */
  readonly refuse?: ((definitions: Definitions) => void) | undefined;
}

export interface ChangedInstance {
  readonly revision: number;
  /** What became of what it offers. */
  readonly contract: ContractDiff;
}

/**
 * A candidate, or how to make one from what the instance is now. The latter runs within the turn, so
 * that nobody changes the instance meanwhile, and is disposed of at the end.
 */
export type CandidateSource =
  | Candidate
  | ((present: PresentInstance) => Promise<Candidate & AsyncDisposable>);

/**
 * Makes an instance what a candidate says: version, configuration and secrets together. The candidate
 * is tried under another id with a work folder of its own; then the change is committed with its
 * revision, the instance is started with its own data, and listed. When that fails it goes back to
 * what it was, by a further revision.
 *
 * One that is stopped stays so: it is tried, but not started with its own data until somebody does.
 *
 * Rejects with `AppError`: `conflict` while another change of it is under way, or when the change
 * breaks the contract and may not; `cancelled`; as `refuse` throws, and as `tryCandidate` does when
 * the trial fails; in all of these nothing has changed. And with `upstream_failed` when it went back.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function changeInstance(
  services: ChangeInstanceServices,
  author: Author,
  instanceId: string,
  source: CandidateSource,
  options: ChangeOptions,
): Promise<ChangedInstance> {
  const { organizationId } = author;
  const { slug } = await present(services, organizationId, instanceId).then(({ row }) => row);
  using _turn = services.instanceChanges.begin(instanceId, slug);
  const before = await present(services, organizationId, instanceId);
  if (typeof source !== 'function') return change(services, author, before, source, options);
  await using candidate = await source(before);
  return await change(services, author, before, candidate, options);
}

async function change(
  services: ChangeInstanceServices,
  author: Author,
  before: PresentInstance,
  candidate: Candidate,
  options: ChangeOptions,
): Promise<ChangedInstance> {
  const { organizationId } = author;
  const { id, slug } = before.row;
  const { onProgress: tell, signal } = options;
  const compare = async (definitions: Definitions) => {
    options.refuse?.(definitions);
    const contract = await contractAfter(services, before, definitions);
    if (options.allowBreaking === false) refuseBreaking(before, candidate, contract);
    return contract;
  };
  refuseAborted(signal);
  const credentialSet = await listingSetOf(services, author, before.row);
  const bindings = await withTenant(services.db, organizationId, async (db) => {
    const slots = await selectBoundSlots(db, id, credentialSet);
    await refuseChanged(db, before.row, credentialSet, slots, services.server.dataDir);
    return slots;
  });
  const trial = { id: newId(), keep: false, bindings, of: id, signal, tell };
  const listed = await tryCandidate(services, organizationId, candidate, trial, async (found) => {
    await compare(found);
    return found;
  });
  refuseAborted(signal);

  const what = describeChange(before, candidate);
  tell('pin', `Keeping ${what} of ${slug} as its next revision`);
  const revision = await commitRevision(services, author, before, candidate, listed, options);
  if (before.row.stopped_at !== null) {
    tell('live', `${slug} stays stopped, and runs ${what} when it is started`);
    return { revision, contract: await compare(listed) };
  }
  let contract: ContractDiff;
  try {
    tell('live', `Starting ${what} with the data of ${slug}`);
    const { startTimeoutMs } = candidate;
    const checked = await checkInstance(services, before.row, startTimeoutMs, credentialSet);
    contract = await compare(checked);
  } catch (error) {
    throw await goBack(services, before, { revision, what, tried: true, credentialSet }, error);
  }
  tell('live', `${slug} is live`);
  await releaseOutdated(services, organizationId, id);
  return { revision, contract };
}

function present(
  { db, server }: Pick<AppServices, 'db' | 'server'>,
  organizationId: string,
  instanceId: string,
): Promise<PresentInstance> {
  return withTenant(db, organizationId, (tx) => readPresent(tx, instanceId, server.dataDir));
}

/** What becomes of an instance's contract with what was listed. */
export async function contractAfter(
  { db }: Pick<AppServices, 'db'>,
  before: PresentInstance,
  { offerings }: Definitions,
): Promise<ContractDiff> {
  const { organization_id: organizationId, id } = before.row;
  const after = await withTenant(db, organizationId, (tx) => contractWithLevels(tx, id, offerings));
  return diffContracts(before.contract, after);
}

function describeChange({ row }: PresentInstance, { version }: Candidate): string {
  return version === row.version ? 'the changed configuration' : version;
}

const maxNamed = 5;

function refuseBreaking(
  { row }: PresentInstance,
  { version }: Candidate,
  diff: ContractDiff,
): void {
  if (!diff.breaking) return;
  const breaking = diff.changes.filter((each) => each.class === 'breaking');
  const named = breaking.slice(0, maxNamed).map(({ name, change }) => `${name} (${change})`);
  const more = breaking.length > maxNamed ? ` and ${breaking.length - maxNamed} more` : '';
  throw new AppError(
    'conflict',
    `${version} of ${row.slug} breaks what agents may rely on: ${named.join(', ')}${more}. Look at the plan, and allow breaking changes if that is meant.`,
    { details: { changes: breaking } },
  );
}

/** Deletes packages that only revisions name which nobody can go back to any more. */
async function releaseOutdated(
  services: ChangeInstanceServices,
  organizationId: string,
  instanceId: string,
): Promise<void> {
  const { dataDir } = services.server;
  const folders = await withTenant(services.db, organizationId, (db) =>
    outdatedPackages(db, instanceId, dataDir),
  );
  for (const folder of folders) await releasePackage(services, folder);
}
