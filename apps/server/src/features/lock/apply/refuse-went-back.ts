import { AppError } from '@plugboard/contracts';

import type { applyInheritance } from '../../configuration/apply-inheritance.ts';

type Inherited = Awaited<ReturnType<typeof applyInheritance>>;

/** Throws when instances did not start with what they now inherit; they run as they did. */
export function refuseWentBack({ instances }: Inherited): void {
  const failed = instances.filter(({ outcome }) => outcome === 'went_back');
  if (failed.length === 0) return;
  throw new AppError(
    'upstream_failed',
    failed.map((each) => `${each.slug}: ${each.message ?? 'it went back'}`).join('\n'),
  );
}
