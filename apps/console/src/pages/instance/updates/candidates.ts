import type { InstanceUpdates } from '@plugboard/contracts/api';

type Known = NonNullable<NonNullable<InstanceUpdates['updates']>['newest']>;

export interface Candidate extends Known {
  /** What it is among the newer ones. */
  readonly words: readonly string[];
}

/** Versions worth updating to: the one that promises to be compatible first. */
export function candidatesOf({ updates }: Pick<InstanceUpdates, 'updates'>): readonly Candidate[] {
  if (updates === undefined) return [];
  const { compatible, patch, minor, major, newest } = updates;
  const named = [
    ['compatible', compatible],
    ['patch', patch],
    ['minor', minor],
    ['major', major],
    ['newest', newest],
  ] as const;
  const byVersion = new Map<string, Candidate>();
  for (const [word, known] of named) {
    if (known === undefined) continue;
    const before = byVersion.get(known.version);
    byVersion.set(known.version, { ...known, words: [...(before?.words ?? []), word] });
  }
  return [...byVersion.values()];
}
