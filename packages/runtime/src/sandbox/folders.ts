import { chmod, chown, lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { AppError } from '@plugboard/contracts';

/** The folders that belong to one instance; a server sees them at the same paths. */
export interface InstanceFolders {
  readonly home: string;
  /** Its current directory at start. */
  readonly work: string;
}

/** Where an instance keeps its files below the data directory, whether it exists yet or not. */
export function instanceFolders(dataDir: string, instanceId: string): InstanceFolders {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(instanceId)) {
    throw new AppError('invalid_input', 'An instance id is letters, digits, "-" and "_" only.');
  }
  const folder = join(dataDir, 'instances', instanceId);
  return { home: join(folder, 'home'), work: join(folder, 'work') };
}

/** Makes an instance's folders, for its own user alone when it has one. */
export async function makeInstanceFolders(
  dataDir: string,
  instanceId: string,
  uid: number | undefined,
): Promise<InstanceFolders> {
  const folders = instanceFolders(dataDir, instanceId);
  // Its user must get through, without seeing what else is there.
  const folder = dirname(folders.home);
  await mkdir(folder, { recursive: true });
  await Promise.all([dirname(folder), folder].map((path) => chmod(path, 0o711)));
  await Promise.all([makePrivate(folders.home, uid), makePrivate(folders.work, uid)]);
  return folders;
}

async function makePrivate(folder: string, uid: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid: owner, mode } = await lstat(folder);
  if (uid !== undefined && owner !== uid) await chown(folder, uid, uid);
  if ((mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}

/** The user and group of every server inside its sandbox, whatever its id is outside. */
export const insideId = 1000;

/** The files of `/etc` that a sandbox shows in place of the host's, written below the data directory. */
export async function writeSandboxEtc(dataDir: string): Promise<string> {
  // Not in the sandbox's own folder, which is closed to their users.
  const folder = join(dataDir, 'etc');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const files = {
    passwd: `root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nplugboard:x:${insideId}:${insideId}:plugboard:/:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `root:x:0:\nplugboard:x:${insideId}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost plugboard\n::1 localhost plugboard\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) =>
      writeFile(join(folder, name), text, { mode: 0o644 }),
    ),
  );
  return folder;
}
