import type { Level } from '@plugboard/contracts';
import type { ContractOffering } from '@plugboard/trust';

import { selectOfferingsOf } from '../../access/queries.ts';
import type { Definition, Definitions } from '../../definitions/read-definitions.ts';
import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import {
  candidateFromRow,
  hasRevisions,
  selectStored,
  settingsFromLaunch,
  type StoredCandidate,
  type StoredInstance,
} from './stored-candidate.ts';

/** An instance as it is before a change. */
export interface PresentInstance {
  readonly row: StoredInstance;
  /** The same as a candidate; where no settings were kept, with some that come to its launch. */
  readonly stored: StoredCandidate;
  /** Undefined when it was never listed. */
  readonly definitions: Definitions | undefined;
  /** What it offers, with the levels in force. */
  readonly contract: readonly ContractOffering[];
}

/** Throws `AppError('not_found')`. */
export async function readPresent(
  db: TenantDb,
  id: string,
  dataDir: string,
): Promise<PresentInstance> {
  const row = await selectStored(db, id);
  if (!row) throw noSuch('instance', id);
  const offerings = await selectOfferingsOf(db, [id]);
  const contract = offerings.map(({ kind, name, definition, level }) => ({
    kind,
    name,
    text: definition,
    level,
  }));
  return {
    row,
    stored: await readCandidate(db, row, dataDir),
    definitions: await readStoredDefinitions(db, row),
    contract,
  };
}

async function readCandidate(
  db: TenantDb,
  row: StoredInstance,
  dataDir: string,
): Promise<StoredCandidate> {
  const stored = candidateFromRow(row, row.server_name, dataDir);
  if (await hasRevisions(db, row.id)) return stored;
  const { launch, idleMs, startTimeoutMs } = stored;
  return { ...stored, settings: settingsFromLaunch(launch, idleMs, startTimeoutMs) };
}

async function readStoredDefinitions(
  db: TenantDb,
  { id, era, hello }: StoredInstance,
): Promise<Definitions | undefined> {
  if (era === null || hello === null) return undefined;
  const rows = await db
    .selectFrom('offerings')
    .select(['kind', 'name', 'position', 'definition as text', 'hash', 'level'])
    .where('instance_id', '=', id)
    .orderBy('position')
    .execute();
  return { era, hello, offerings: rows };
}

/** What a server listed as a contract: an admin's levels outrank those that it declares. */
export async function contractWithLevels(
  db: TenantDb,
  instanceId: string,
  offerings: readonly Definition[],
): Promise<readonly ContractOffering[]> {
  const rows = await db
    .selectFrom('level_overrides')
    .select(['kind', 'name', 'level'])
    .where('instance_id', '=', instanceId)
    .execute();
  const set = new Map<string, Level>(
    rows.map(({ kind, name, level }) => [`${kind}:${name}`, level]),
  );
  return offerings.map(({ kind, name, text, level }) => ({
    kind,
    name,
    text,
    level: set.get(`${kind}:${name}`) ?? level,
  }));
}
