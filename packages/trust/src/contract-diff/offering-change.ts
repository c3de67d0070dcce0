import type { Level, OfferingKind } from '@plugboard/contracts';

/**
 * `breaking`: somebody who uses it as before may be refused or misled. `compatible`: nobody is.
 * `description`: only words that people and models read changed.
 */
export const changeClasses = ['breaking', 'compatible', 'description'] as const;

export type ChangeClass = (typeof changeClasses)[number];

/** Why a change is of its class. */
export interface ChangeReason {
  /** Into the definition, such as `inputSchema.properties.path`; empty for all of it. */
  readonly path: string;
  readonly text: string;
  readonly class: ChangeClass;
}

/** What became of one tool, prompt, resource or template. */
export interface OfferingChange {
  readonly kind: OfferingKind;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly class: ChangeClass;
  /** Absent for what was added. */
  readonly levelBefore?: Level;
  /** Absent for what was removed. */
  readonly levelAfter?: Level;
  /** Worst first. */
  readonly reasons: readonly ChangeReason[];
  /** Of one removed: what was added in its place, by its looks. Of one added: what it was. */
  readonly renamed?: string;
}
