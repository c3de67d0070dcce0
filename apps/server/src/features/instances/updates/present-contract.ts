import type { ContractDiffView } from '@plugboard/contracts/api';
import type { ContractDiff } from '@plugboard/trust';

/** A contract's changes as the API writes them. */
export function presentContract({ breaking, changes, unchanged }: ContractDiff): ContractDiffView {
  return {
    breaking,
    unchanged,
    changes: changes.map((change) => ({
      ...change,
      reasons: change.reasons.map((reason) => ({ ...reason })),
    })),
  };
}
