import type { OnChange } from '@plugboard/gateway';
import type { Logger } from 'pino';

import type { MasterKeys } from './master-keys.ts';

/** Follows rotations that other nodes began. One that cannot be followed now is when a key is needed. */
export function followMasterKeys(masterKeys: MasterKeys, onChange: OnChange, log: Logger): void {
  onChange(({ kind }) => {
    if (kind !== 'master_keys' && kind !== 'everything') return;
    masterKeys.refresh().catch((error: unknown) => {
      log.error({ err: error }, 'the master key that is in force now could not be had');
    });
  });
}
