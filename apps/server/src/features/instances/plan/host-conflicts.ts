import { access, statfs } from 'node:fs/promises';

import type { InstallConflict } from '@plugboard/contracts/api';

import type { ServerFacts } from '../../../app/services.ts';

/** What this machine lacks for a server that is to run on it. */
export async function hostConflicts(
  { sandbox, dataDir }: Pick<ServerFacts, 'sandbox' | 'dataDir'>,
  needs: { readonly programs: readonly string[]; readonly bytes: number },
): Promise<readonly InstallConflict[]> {
  const conflicts: InstallConflict[] = [];
  if (sandbox.tier === 'process') {
    conflicts.push({
      code: 'sandbox_missing',
      severity: sandbox.allowUnsandboxed ? 'warning' : 'error',
      message: `This machine cannot isolate servers. ${sandbox.reasons.join(' ')}`.trim(),
      cure: sandbox.allowUnsandboxed
        ? 'It will read files and reach the network like Plugboard itself. See: plugboard doctor'
        : 'Mend what is named; plugboard doctor tells more.',
    });
  }
  for (const program of needs.programs) {
    if (await isThere(program)) continue;
    conflicts.push({
      code: 'program_missing',
      severity: 'error',
      message: `It needs ${program}, which this machine does not have.`,
      cure: 'Install the program on the host, and plan again.',
      subject: program,
    });
  }
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  if (free < needs.bytes + spareBytes) {
    conflicts.push({
      code: 'disk_space',
      severity: free < needs.bytes ? 'error' : 'warning',
      message: `It takes ${megabytes(needs.bytes)} unpacked, and the disk of the data directory has ${megabytes(free)} left.`,
      cure: 'Make room, or move the data directory.',
    });
  }
  return conflicts;
}

/** What should be left for everything else. */
const spareBytes = 200 * 1024 ** 2;

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MB`;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
