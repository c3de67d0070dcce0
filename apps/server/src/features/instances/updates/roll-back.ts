import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { type BundleRequest, prepareBundle } from '../../bundles/prepare-bundle.ts';
import type { Author } from '../../change.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Candidate, PackageRecord } from '../candidate.ts';
import { holdPackage } from '../prepare/hold-package.ts';
import {
  changeInstance,
  type ChangedInstance,
  type ChangeInstanceServices,
} from '../revisions/change-instance.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';
import { revisionBefore } from '../revisions/revision-before.ts';
import { keptRevisions } from '../revisions/revision-reason.ts';
import {
  candidateFromRow,
  openSecretsOf,
  selectRevision,
  type StoredCandidate,
  type StoredRevision,
} from '../revisions/stored-candidate.ts';
import type { Tell } from '../tell.ts';

export type RollBackServices = ChangeInstanceServices & Pick<AppServices, 'installer'>;

export interface RollBackOptions {
  /** What it was before it became what it is when undefined. */
  readonly revision: number | undefined;
  readonly keepSecrets: boolean;
  readonly note: string | undefined;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Makes an instance what it was at a revision: version, settings and, unless kept, secrets. Rejects
 * with `AppError`: `not_found`, `conflict` for a revision that is too old, and as `changeInstance`.
 */
export function rollBack(
  services: RollBackServices,
  author: Author,
  instanceId: string,
  { revision, keepSecrets, note, signal, tell }: RollBackOptions,
): Promise<ChangedInstance> {
  return changeInstance(
    services,
    author,
    instanceId,
    async (present) => {
      const { row } = present;
      const found = await withTenant(services.db, author.organizationId, (db) =>
        findRevision(db, present, revision),
      );
      tell('resolve', `Going back to revision ${found.revision} (${found.version}) of ${row.slug}`);
      const sealed = keepSecrets ? row.sealed_secrets : found.sealed_secrets;
      const secrets = await openSecretsOf(services, row, sealed, {
        for: 'rollback',
        memberId: author.memberId,
      });
      return inPlace(services, present, found, secrets, { signal, tell });
    },
    { reason: 'rolled_back', note, onProgress: tell, signal },
  );
}

async function findRevision(
  db: TenantDb,
  { row }: PresentInstance,
  wanted: number | undefined,
): Promise<StoredRevision> {
  const revision = wanted ?? (await revisionBefore(db, row.id));
  const found = revision === undefined ? undefined : await selectRevision(db, row.id, revision);
  if (!found) {
    throw new AppError(
      'not_found',
      wanted === undefined
        ? `${row.slug} was never anything else than it is: there is nothing to go back to.`
        : `${row.slug} has no revision ${wanted}. See: plugboard server history ${row.slug}`,
    );
  }
  if (found.revision === row.revision) {
    throw new AppError('conflict', `${row.slug} is at revision ${row.revision} already.`);
  }
  if (found.revision <= row.revision - keptRevisions) {
    throw new AppError(
      'conflict',
      `Revision ${found.revision} of ${row.slug} is too old: packages and secrets of the last ${keptRevisions} are kept. Update it to ${found.version} by name instead.`,
    );
  }
  return found;
}

/** The package of a kept revision is there; where somebody deleted it, it is installed again. */
async function inPlace(
  services: RollBackServices,
  { row }: PresentInstance,
  found: StoredRevision,
  secrets: Candidate['secrets'],
  options: { readonly signal: AbortSignal; readonly tell: Tell },
): Promise<Candidate & AsyncDisposable> {
  const stored = candidateFromRow(found, row.server_name, services.server.dataDir);
  const candidate = { ...stored, slug: row.slug, secrets };
  if (stored.launch.driver !== 'process') {
    return { ...candidate, [Symbol.asyncDispose]: async () => undefined };
  }
  const { installDir } = stored.launch;
  let hold = await holdPackage(services, installDir);
  if (!hold) {
    await using _kept = await installAgain(services, row.organization_id, stored, options);
    hold = await holdPackage(services, installDir);
  }
  if (!hold) {
    throw new AppError(
      'install_failed',
      `What revision ${found.revision} of ${row.slug} ran is no longer on disk and cannot be put there again. Update it to ${found.version} by name instead.`,
    );
  }
  const held = hold;
  return { ...candidate, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
}

/** Resolves with what keeps it there for now. Rejects as the installer and `prepareBundle` do. */
async function installAgain(
  services: RollBackServices,
  organizationId: string,
  { package: record, entry, settings: { approveScripts, command } }: StoredCandidate,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: Tell },
): Promise<AsyncDisposable | undefined> {
  if (record?.type === 'mcpb') {
    const { kept } = await prepareBundle(services, organizationId, bundleOf(record, entry), {
      signal,
      tell: (message) => tell('fetch', message),
    });
    return kept;
  }
  if (record) {
    await services.installer.install({
      spec: `${record.name}@${record.version}`,
      command,
      approveScripts: approveScripts === true,
      expected: { integrity: record.integrity },
      signal,
      onProgress: ({ step, message, progress }) => tell(step, message, progress),
    });
  }
  return undefined;
}

/** Where its entry names an address, it is fetched from there when it is not here. */
function bundleOf(
  { sha256 }: Extract<PackageRecord, { type: 'mcpb' }>,
  entry: StoredCandidate['entry'],
): BundleRequest {
  const index = entry?.packages?.findIndex(
    ({ registryType, fileSha256, identifier }) =>
      registryType === 'mcpb' &&
      fileSha256?.toLowerCase() === sha256 &&
      URL.parse(identifier)?.protocol === 'https:',
  );
  if (!entry || index === undefined || index < 0) return { kind: 'uploaded', sha256 };
  return { kind: 'catalog', entry, index };
}
