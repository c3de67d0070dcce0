import { isAppError } from '@plugboard/contracts';

/** Tells why the server did not start, and returns the exit code: 2 for wrong flags, 1 for all else. */
export function reportFailure(error: unknown, output: NodeJS.WritableStream): number {
  if (isAppError(error, 'cancelled')) return 130;
  if (isAppError(error)) {
    output.write(`${error.message}\n`);
    return error.code === 'invalid_input' ? 2 : 1;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.write(`Plugboard could not start because of a fault of its own:\n${told}\n`);
  return 1;
}
