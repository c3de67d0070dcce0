import { judgeLicence } from '@plugboard/catalog';
import type { InstallConflict, LicencePolicy } from '@plugboard/contracts/api';

/** A package or bundle with the licence that it states. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly license?: string | undefined;
}

const shownPackages = 5;

/** What a policy has against packages: one conflict for each licence, naming who has it. */
export function licenceConflicts(
  policy: LicencePolicy,
  packages: readonly Licensed[],
): readonly InstallConflict[] {
  const byLicence = Map.groupBy(packages, ({ license }) => license ?? '');
  return [...byLicence].flatMap(([stated, having]): readonly InstallConflict[] => {
    const verdict = judgeLicence(policy, stated);
    if (verdict === 'allowed') return [];
    if (verdict === 'unknown' && policy.unknown === 'allow') return [];
    const who = listed(having);
    if (verdict === 'refused') {
      return [
        {
          code: 'licence_refused',
          severity: 'error',
          message: `The licence ${stated} is not allowed here: ${who}.`,
          cure: 'Choose another server or version, or have an owner or admin change the licence policy.',
          subject: stated,
        },
      ];
    }
    return [
      {
        code: 'licence_unknown',
        severity: policy.unknown === 'refuse' ? 'error' : 'warning',
        message:
          stated === ''
            ? `No licence is stated: ${who}.`
            : `The licence "${stated}" is no SPDX expression: ${who}.`,
        cure: 'Read the licence in the package itself, and decide whether it may be used.',
        ...(stated !== '' && { subject: stated }),
      },
    ];
  });
}

function listed(packages: readonly Licensed[]): string {
  const names = packages.map(({ name, version }) => `${name}@${version}`);
  const more = names.length - shownPackages;
  return names.slice(0, shownPackages).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
