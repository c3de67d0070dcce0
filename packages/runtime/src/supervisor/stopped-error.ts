import { AppError } from '@plugboard/contracts';

/** What to answer who wants something of an instance that an admin stopped. */
export function stoppedError(slug: string): AppError {
  return new AppError(
    'unavailable',
    `${slug} is stopped. An admin of the organization can start it again.`,
  );
}
