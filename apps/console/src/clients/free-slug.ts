import type { Agent } from '@plugboard/contracts/api';

/** A slug of the name that no agent has. */
export function freeSlug(title: string, known: readonly Pick<Agent, 'slug'>[]): string {
  const plain = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  const taken = new Set(known.map(({ slug }) => slug));
  const base = plain === '' ? 'client' : plain;
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
  }
}
