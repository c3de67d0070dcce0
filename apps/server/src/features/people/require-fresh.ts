import { AppError } from '@plugboard/contracts';

import type { SignedIn } from './people.ts';
import { freshMs } from './session-ends.ts';

/** Throws `AppError('forbidden')` unless they signed in just now. */
export function requireFresh(
  { clock }: { readonly clock: () => number },
  signedIn: SignedIn,
): void {
  if (clock() - signedIn.authenticatedAt < freshMs) return;
  throw new AppError(
    'forbidden',
    'You signed in a while ago. Sign out and in again, then do this.',
  );
}
