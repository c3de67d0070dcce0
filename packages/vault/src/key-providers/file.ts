import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { masterKeyId } from '../master-key-id.ts';
import { randomKey, readKeyFile, replaceKeyFile, writeKeyFile } from './key-file.ts';
import type { KeyProvider, ProvidedMasterKey } from './key-provider.ts';

/**
 * The master key in `<dataDir>/master.key`, mode 0600. One that replaces it lies beside it, with its
 * id as a further ending, until nothing is sealed under the former, and then takes its name. No other
 * is ever removed: one of a rotation that never began stays, and is of no use.
 */
export function createFileProvider(dataDir: string): KeyProvider {
  const path = join(dataDir, 'master.key');
  const pathOf = (id: string) => `${path}.${id}`;

  async function keep(key: KeyObject): Promise<void> {
    // A file in force that others may read, or a link, is told of before anything is written.
    const inForce = await readKeyFile(path);
    if (inForce?.equals(key)) return;
    const place = pathOf(masterKeyId(key));
    if (!(await writeKeyFile(place, key)) && !(await readKeyFile(place))?.equals(key)) {
      throw new AppError('conflict', `${place} holds another key than its name says. Remove it.`);
    }
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
      for (const place of [path, pathOf(id)]) {
        const key = await readKeyFile(place);
        if (key && masterKeyId(key) === id) return key;
      }
      return undefined;
    },
    adopt: keep,
    async settle(id) {
      const next = await readKeyFile(pathOf(id));
      if (next && masterKeyId(next) === id) await replaceKeyFile(pathOf(id), path);
    },
  };
}

function provided(key: KeyObject): ProvidedMasterKey {
  return { id: masterKeyId(key), key, wrapped: undefined };
}
