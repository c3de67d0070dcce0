import type { LockDocument } from '@plugboard/contracts/api';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import type { Author } from '../../change.ts';

/** What every change of an apply is made with. */
export interface ApplyContext {
  readonly services: AppServices;
  readonly author: Author;
  readonly wanted: LockDocument;
  readonly acceptDefinitions: boolean;
  /** By instance, then by name. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, Secret>>>>;
  /** By source. */
  readonly sourceTokens: Readonly<Record<string, Secret>>;
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
}

/** One of the wanted document's objects; a plan names none that is not in it. */
export function wantedOf<T extends { readonly slug: string }>(
  items: readonly T[] | undefined,
  slug: string,
): T {
  const found = items?.find((item) => item.slug === slug);
  if (!found) throw new Error('a plan names what is not in its document');
  return found;
}
