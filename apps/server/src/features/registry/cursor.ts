import { AppError } from '@plugboard/contracts';
import { z } from 'zod';

/** The last entry of a page: the next one begins after it. */
export interface Position {
  readonly name: string;
  readonly version: string;
}

const cursorSchema = z.tuple([z.string().max(200), z.string().max(255)]);

/** A cursor says where a page ended, not how many came before: a sync in between loses nothing. */
export function writeCursor({ name, version }: Position): string {
  return Buffer.from(JSON.stringify([name, version])).toString('base64url');
}

/** Throws `AppError('invalid_input')` for what no page gave. */
export function readCursor(text: string): Position {
  try {
    const [name, version] = cursorSchema.parse(
      JSON.parse(Buffer.from(text, 'base64url').toString()),
    );
    if (!name.includes('\0') && !version.includes('\0')) return { name, version };
  } catch {
    // Told below, as for any other text that is no cursor.
  }
  throw new AppError(
    'invalid_input',
    'cursor: not one of this registry. Take metadata.nextCursor of the page before as it is.',
  );
}
