import {
  type InjectedSecret,
  inlineSecrets,
  type InstanceSource,
  type InstanceSpec,
} from '@plugboard/runtime';
import { openSecret } from '@plugboard/vault';
import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { PendingInstances } from './trial/pending-instances.ts';
import { withWorkFolder } from './work-folder.ts';

export interface InstanceSourceOptions {
  readonly db: Kysely<Database>;
  readonly keyring: Keyring;
  readonly pending: PendingInstances;
  readonly dataDir: string;
}

/** Tells the supervisor how to run what is stored, and opens secrets at each start. */
export function createInstanceSource(options: InstanceSourceOptions): InstanceSource {
  const { db, keyring, pending, dataDir } = options;

  function selectRow(organizationId: string, id: string) {
    return withTenant(db, organizationId, (tx) =>
      tx.selectFrom('instances').selectAll().where('id', '=', id).executeTakeFirst(),
    );
  }

  return {
    async find(organizationId, id): Promise<InstanceSpec | undefined> {
      const onTrial = pending.find(organizationId, id);
      if (onTrial) return onTrial.spec;
      const row = await selectRow(organizationId, id);
      const { launchFromRow } = await launchRows();
      return (
        row && {
          id,
          organizationId,
          slug: row.slug,
          launch: withWorkFolder(launchFromRow(row.launch, dataDir), dataDir, id),
          idleMs: row.idle_ms,
          startTimeoutMs: row.start_timeout_ms,
          listed: row.defined_at !== null,
          era: row.era ?? undefined,
        }
      );
    },

    async openSecrets({ organizationId, id, launch }): Promise<readonly InjectedSecret[]> {
      const onTrial = pending.find(organizationId, id);
      if (onTrial) return inlineSecrets(launch, onTrial.secrets);
      const row = await selectRow(organizationId, id);
      const { sealedSecretsFromRow } = await launchRows();
      const sealed = sealedSecretsFromRow(row?.sealed_secrets ?? {});
      if (sealed.size === 0) return [];
      const key = await keyring.ownerKey(organizationId);
      const opened = Object.fromEntries(
        [...sealed].map(([name, value]) => [
          name,
          openSecret(key, { ownerId: organizationId, instanceId: id, name }, value),
        ]),
      );
      return inlineSecrets(launch, opened);
    },
  };
}

/** Loaded with the first start of a server: its schemas are not needed to serve lists. */
const launchRows = () => import('./launch-row.ts');
