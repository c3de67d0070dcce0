import type { InstallConflict } from '@plugboard/contracts/api';
import type { InstallPlan as PackagePlan } from '@plugboard/runtime';

import type { FoundEntry } from '../prepare/find-entry.ts';

/** What differs, and what would help. */
const differences = {
  installed: [
    'was installed here before with another content; a published version must not change.',
    'If you trust the new one, remove the servers that use it and add them again.',
  ],
  integrity: [
    'is not what was expected: in the registry its integrity differs.',
    'Ask who named the one expected (the catalog entry or a lock), and trust neither until they agree.',
  ],
  sha256: [
    'is not what was expected: in the registry its SHA-256 differs.',
    'Ask who named the one expected (the catalog entry), and trust neither until they agree.',
  ],
} as const;

/** What speaks against a package itself. */
export function packageConflicts(
  { name, version, suitsNode, nodeEngine, deprecated, scripts, differs }: PackagePlan,
  approveScripts: boolean,
): readonly InstallConflict[] {
  const conflicts: InstallConflict[] = [];
  const subject = name;
  if (differs !== undefined) {
    const [how, cure] = differences[differs];
    const message = `${name}@${version} ${how}`;
    conflicts.push({ code: 'integrity', severity: 'error', message, cure, subject });
  }
  if (!suitsNode) {
    conflicts.push({
      code: 'node_version',
      severity: 'error',
      message: `${name}@${version} needs Node ${nodeEngine}, and servers run on ${process.version} here.`,
      cure: 'Choose a version of it that runs on this one.',
      subject,
    });
  }
  if (deprecated !== undefined) {
    conflicts.push({
      code: 'deprecated',
      severity: 'warning',
      message: `Its publisher advises against ${name}@${version}: ${deprecated.slice(0, 300)}`,
      cure: 'Choose what its publisher names instead, or another version.',
      subject,
    });
  }
  if (scripts.length > 0 && !approveScripts) {
    conflicts.push({
      code: 'scripts_not_approved',
      severity: 'warning',
      message: `Install scripts will not be run: ${scripts.slice(0, 10).join(', ')}.`,
      cure: 'If it does not work without them, approve them (--approve-scripts); they run in the sandbox.',
      subject: scripts[0] ?? name,
    });
  }
  return conflicts;
}

/** What the catalog has against an entry. */
export function entryConflicts(found: FoundEntry | undefined): readonly InstallConflict[] {
  if (!found || found.status === 'active') return [];
  const { entry, status, statusMessage } = found;
  const why = statusMessage === undefined ? '.' : `: ${statusMessage}`;
  const withdrawn = status === 'deleted';
  return [
    {
      code: withdrawn ? 'withdrawn' : 'deprecated',
      severity: withdrawn ? 'error' : 'warning',
      message: `The catalog ${withdrawn ? 'has withdrawn' : 'advises against'} ${entry.name}@${entry.version}${why}`,
      cure: 'Choose another version, or another server.',
      subject: entry.name,
    },
  ];
}
