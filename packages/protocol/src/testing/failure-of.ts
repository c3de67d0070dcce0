import { AppError } from '@plugboard/contracts';

/** What an attempt fails with, its code and words; `nothing` when it succeeds. */
export async function failureOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? `${error.code}: ${error.message}` : String(error);
}
