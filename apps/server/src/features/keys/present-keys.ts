import type { KeyRotation, VaultStatus } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type MasterKeyRow, selectMasterKeys } from './master-key-rows.ts';
import { type RotationRow, selectRotations } from './rotations.ts';

const shownRotations = 10;

export async function readVaultStatus(
  { db, masterKeys }: Pick<AppServices, 'db' | 'masterKeys'>,
  organizationId: string,
): Promise<VaultStatus> {
  const rows = (await selectMasterKeys(db)).toReversed();
  const { keys, rotations } = await withTenant(db, organizationId, async (tx) => ({
    keys: await tx.selectFrom('owner_keys').select(['owner_kind', 'retired_at']).execute(),
    rotations: await selectRotations(tx, shownRotations),
  }));
  const count = (kind: (typeof keys)[number]['owner_kind']) =>
    keys.filter((key) => key.owner_kind === kind && key.retired_at === null).length;
  const { provider } = masterKeys;
  return {
    masterKey: presentMasterKey(masterKeys.currentRow),
    former: rows.filter(({ retired_at: retired }) => retired !== null).map(presentMasterKey),
    configuredProvider:
      provider.providerKey === undefined
        ? provider.kind
        : `${provider.kind}:${provider.providerKey}`,
    ownerKeys: {
      organization: count('organization'),
      members: count('member'),
      agents: count('agent'),
      former: keys.filter(({ retired_at: retired }) => retired !== null).length,
    },
    rotations: rotations.map(presentRotation),
  };
}

export function presentRotation(row: RotationRow): KeyRotation {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    done: row.done,
    total: row.total,
    ...(row.error !== null && { note: row.error }),
    startedAt: row.created_at.toISOString(),
    ...(row.finished_at && { finishedAt: row.finished_at.toISOString() }),
  };
}

function presentMasterKey(row: MasterKeyRow): VaultStatus['masterKey'] {
  return {
    id: row.id,
    provider: row.provider,
    ...(row.provider_key !== null && { providerKey: row.provider_key }),
    since: row.created_at.toISOString(),
    ...(row.retired_at && { replacedAt: row.retired_at.toISOString() }),
    inUse: row.emptied_at === null,
  };
}
