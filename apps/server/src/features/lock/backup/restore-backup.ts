import { AppError } from '@plugboard/contracts';
import { type BackupContent, maxBackupBytes } from '@plugboard/contracts/api';
import { type BackupKey, openBackup, openSecret, type Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import type { Author } from '../../change.ts';
import { applyLock, type ApplyInput, type ApplyOptions } from '../apply-lock.ts';
import { type Backup, decodeBackup, placeInBackup } from './backup-content.ts';
import { describeBackup } from './make-backup.ts';
import { restoreInstanceHistory } from './restore-instances.ts';
import { restoreLayerHistory } from './restore-layers.ts';

/** A backup that was checked and opened. */
export interface ReadBackup {
  readonly backup: Backup;
  readonly content: BackupContent;
  readonly key: BackupKey | undefined;
}

/** Checks a file before anything of it is looked at. Throws `AppError('invalid_input')`. */
export async function readBackup(
  file: string,
  passphrase: Secret | undefined,
): Promise<ReadBackup> {
  const bytes = Buffer.from(file, 'base64');
  if (bytes.length > maxBackupBytes) {
    throw new AppError('payload_too_large', 'A backup has at most 100 MB.');
  }
  const { content, key } = await openBackup(bytes, passphrase);
  const backup = await decodeBackup(content);
  return { backup, content: describeBackup(backup, key !== undefined), key };
}

/** What to apply: the backup's document with its secrets, and those given where it has none. */
export function applyInputOf(
  { backup, key }: ReadBackup,
  given: Omit<ApplyInput, 'document'>,
): ApplyInput {
  if (!key) return { ...given, document: backup.document };
  const open = (place: Parameters<typeof placeInBackup>[0], name: string, sealed: string) =>
    openSecret(key.secrets, placeInBackup(place, name), Buffer.from(sealed, 'base64'));
  const secrets = Object.fromEntries(
    backup.instances.map(({ slug, secrets: sealed }) => [
      slug,
      Object.fromEntries(
        Object.entries(sealed).map(([name, value]) => [
          name,
          open({ instance: slug }, name, value),
        ]),
      ),
    ]),
  );
  const sourceTokens = Object.fromEntries(
    backup.sources.map(({ slug, token }) => [slug, open({ source: slug }, 'token', token)]),
  );
  return {
    ...given,
    document: backup.document,
    secrets: { ...given.secrets, ...secrets },
    sourceTokens: { ...given.sourceTokens, ...sourceTokens },
  };
}

/** Applies a backup's document, and then puts the history before what came of it. */
export async function restoreBackup(
  services: AppServices,
  author: Author,
  read: ReadBackup,
  input: ApplyInput,
  options: ApplyOptions,
): Promise<void> {
  await applyLock(services, author, input, {
    ...options,
    finish: async () => {
      options.emit({ type: 'progress', message: 'Restoring the history' });
      await restoreLayerHistory(services, author, read.backup.layers);
      await restoreInstanceHistory(services, author, read);
    },
  });
}
