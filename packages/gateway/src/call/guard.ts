import { AppError } from '@plugboard/contracts';
import type { Envelope } from '@plugboard/protocol';

/**
 * Checks on what a server answered, before an agent sees it. Throws `payload_too_large` for an
 * answer of more than `maxResultBytes`.
 */
export function guardResult(answer: Envelope, maxResultBytes: number): void {
  if (answer.bytes.length <= maxResultBytes) return;
  throw new AppError(
    'payload_too_large',
    `The server answered with ${answer.bytes.length} bytes; this gateway passes at most ${maxResultBytes}. Ask the tool for less, or for pages.`,
  );
}
