import { defaultTarget } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';

import type { TenantDb } from '../../tenant-db.ts';
import { findEntry } from '../prepare/find-entry.ts';
import type { RequestedServer } from '../prepare/requested-server.ts';
import { serverOfEntry } from '../prepare/resolve-server.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';
import { npmPackageOf } from './version-source.ts';

/**
 * What an instance runs, in another version: by the catalog's entry of that version, or by its own
 * entry with the package at that version. Throws `AppError('not_found')`.
 */
export async function serverAtVersion(
  db: TenantDb,
  present: PresentInstance,
  version: string,
): Promise<RequestedServer> {
  const { entry, serverName } = present.stored;
  const npm = npmPackageOf(present);
  const known = entry && (await findEntry(db, serverName, version))?.entry;
  if (npm !== undefined) return npmServer(present, npm, version, known);
  if (known) return serverOfEntry(known);
  throw new AppError(
    'not_found',
    `The catalog has no version ${version} of ${serverName}. See which it has with: plugboard server updates`,
  );
}

/** An entry counts only where it means the package that is installed. */
function npmServer(
  { stored }: PresentInstance,
  name: string,
  version: string,
  known: PresentInstance['stored']['entry'],
): RequestedServer {
  const packageSpec = `${name}@${version}`;
  const listed = known && serverOfEntry(known);
  if (listed?.kind === 'package' && listed.packageSpec === packageSpec) return listed;
  const { entry, serverName } = stored;
  const index = entry?.packages?.findIndex(
    ({ registryType, identifier }) => registryType === 'npm' && identifier === name,
  );
  const target =
    entry &&
    (index !== undefined && index >= 0
      ? ({ kind: 'package', index } as const)
      : defaultTarget(entry));
  return {
    kind: 'package',
    name: entry || serverName !== name ? serverName : undefined,
    packageSpec,
    entry,
    target,
  };
}
