import { presentLaunchForAudit } from '../store-instance.ts';
import { changedPaths } from '../../configuration/layer-changes.ts';
import type { Candidate } from '../candidate.ts';
import type { PresentInstance } from './present-instance.ts';
import { sealedFromRow } from './stored-candidate.ts';

/** What the audit log keeps of a revision: names, never values. */
export function presentRevisionForAudit(
  { row, stored }: PresentInstance,
  candidate: Candidate,
  sealedSecrets: Readonly<Record<string, string>>,
  { revision, note }: { readonly revision: number; readonly note: string | undefined },
): Readonly<Record<string, unknown>> {
  const before = sealedFromRow(row.sealed_secrets);
  return {
    id: row.id,
    slug: row.slug,
    server: candidate.serverName,
    version: { before: row.version, after: candidate.version },
    revision: { before: row.revision, after: revision },
    ...presentLaunchForAudit(candidate.launch),
    settingsChanged: changedPaths(stored.settings, candidate.settings),
    secretNames: Object.keys(sealedSecrets),
    secretsChanged: Object.keys({ ...before, ...sealedSecrets }).filter(
      (name) => before[name] !== sealedSecrets[name],
    ),
    ...(note !== undefined && { note }),
  };
}
