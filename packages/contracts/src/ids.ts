import { v7 } from 'uuid';
import { z } from 'zod';

/** A new time-ordered id (UUID v7, RFC 9562), the form of every primary key. */
export function newId(): string {
  return v7();
}

export const idSchema = z.uuid();

/**
 * The short name of a toolbox, instance or agent: it appears in URLs and in tool names, so it is
 * 1–32 lower-case letters, digits and single hyphens, begins with a letter, and does not end in a hyphen.
 */
export const slugSchema = z
  .string()
  .max(32, 'at most 32 characters')
  .regex(
    /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
    'lower-case letters, digits and single hyphens, beginning with a letter, such as "my-server"',
  );
