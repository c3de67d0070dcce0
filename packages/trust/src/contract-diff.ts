import type { ContractOffering } from './contract-diff/contract-offering.ts';
import { changeClasses, type OfferingChange } from './contract-diff/offering-change.ts';
import { compareOfferings } from './contract-diff/offering-diff.ts';
import { withRenames } from './contract-diff/renames.ts';

/** What became of a server's offerings between two of its versions or configurations. */
export interface ContractDiff {
  /** Whether any change is: somebody who calls it as before may be refused or misled. */
  readonly breaking: boolean;
  /** Breaking ones first, then compatible ones, then those that change words alone. */
  readonly changes: readonly OfferingChange[];
  /** How many offerings are as they were. */
  readonly unchanged: number;
}

/**
 * Compares what a server offered with what it offers now. What callers send must still be accepted
 * (input schemas may only widen) and what they are sent must still be what they know (output schemas
 * may only narrow); where neither can be shown the change counts as breaking. A level that rises is
 * breaking too: an agent that was granted just enough loses the tool.
 */
export function diffContracts(
  before: readonly ContractOffering[],
  after: readonly ContractOffering[],
): ContractDiff {
  const earlier = new Map(before.map((offering) => [keyOf(offering), offering]));
  const later = new Map(after.map((offering) => [keyOf(offering), offering]));
  const changes: OfferingChange[] = [];
  let unchanged = 0;
  for (const [key, was] of earlier) {
    const is = later.get(key);
    if (!is) {
      changes.push(removed(was));
      continue;
    }
    const change = compareOfferings(was, is);
    if (change) changes.push(change);
    else unchanged += 1;
  }
  for (const [key, is] of later) if (!earlier.has(key)) changes.push(added(is));
  const told = withRenames(changes, before, after).toSorted(
    (a, b) => changeClasses.indexOf(a.class) - changeClasses.indexOf(b.class),
  );
  return { breaking: told.some((change) => change.class === 'breaking'), changes: told, unchanged };
}

function keyOf({ kind, name }: ContractOffering): string {
  return `${kind}:${name}`;
}

function removed({ kind, name, level }: ContractOffering): OfferingChange {
  const reasons = [{ path: '', text: 'gone', class: 'breaking' }] as const;
  return { kind, name, change: 'removed', class: 'breaking', levelBefore: level, reasons };
}

function added({ kind, name, level }: ContractOffering): OfferingChange {
  const reasons = [{ path: '', text: 'new', class: 'compatible' }] as const;
  return { kind, name, change: 'added', class: 'compatible', levelAfter: level, reasons };
}
