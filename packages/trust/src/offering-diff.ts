import type { ContractOffering } from './contract-diff.ts';
import type { OfferingChange } from './offering-change.ts';

/** What became of one offering, or undefined when nothing did. */
export function compareOfferings(
  before: ContractOffering,
  after: ContractOffering,
): OfferingChange | undefined {
  if (before.text === after.text && before.level === after.level) return undefined;
  const { kind, name } = before;
  const reasons = [{ path: '', text: 'another definition', class: 'breaking' }] as const;
  return {
    kind,
    name,
    change: 'changed',
    class: 'breaking',
    levelBefore: before.level,
    levelAfter: after.level,
    reasons,
  };
}
