import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { masterKeyId } from '../master-key-id.ts';
import { randomKey, readKeyFile, removeKeyFile, replaceKeyFile, writeKeyFile } from './key-file.ts';
import type { KeyProvider, ProvidedMasterKey } from './key-provider.ts';

/**
 * The master key in `<dataDir>/master.key`, mode 0600. One that replaces it lies beside it as
 * `master.key.next` until nothing is sealed under the former, and then takes its name.
 */
export function createFileProvider(dataDir: string): KeyProvider {
  const path = join(dataDir, 'master.key');
  const nextPath = `${path}.next`;

  /** Leaves a key beside the one in force; what lay there of a rotation that never began goes. */
  async function keep(key: KeyObject): Promise<void> {
    // A file in force that others may read, or a link, is told of before anything is written.
    await readKeyFile(path);
    const present = await readKeyFile(nextPath);
    if (present?.equals(key)) return;
    if (present) await removeKeyFile(nextPath);
    if (await writeKeyFile(nextPath, key)) return;
    throw new AppError('conflict', `${nextPath} is being written by somebody else. Try again.`);
  }

  return {
    kind: 'file',
    providerKey: undefined,
    async first(_, mayMake) {
      const present = await readKeyFile(path);
      if (present) return provided(present);
      if (!mayMake) {
        throw new AppError(
          'unavailable',
          `${path} is missing, and what this database holds is sealed with the key in it. Restore the file from your backup (chmod 600).`,
        );
      }
      await writeKeyFile(path, randomKey());
      const made = await readKeyFile(path);
      if (!made) throw new AppError('unavailable', `${path} vanished while it was being made.`);
      return provided(made);
    },
    async create() {
      const made = provided(randomKey());
      await keep(made.key);
      return made;
    },
    async open({ id }) {
      for (const place of [path, nextPath]) {
        const key = await readKeyFile(place);
        if (key && masterKeyId(key) === id) return key;
      }
      return undefined;
    },
    adopt: keep,
    async settle(id) {
      const next = await readKeyFile(nextPath);
      if (!next) return;
      if (masterKeyId(next) === id) await replaceKeyFile(nextPath, path);
    },
  };
}

function provided(key: KeyObject): ProvidedMasterKey {
  return { id: masterKeyId(key), key, wrapped: undefined };
}
