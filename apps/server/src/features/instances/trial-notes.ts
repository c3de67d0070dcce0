import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

const noteSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('instance'), id: z.uuid() }),
  /** Epoch milliseconds: a package placed since then may belong to nobody. */
  z.object({ kind: z.literal('package'), since: z.number() }),
]);

export type TrialNote = z.output<typeof noteSchema>;

function notesFolder(dataDir: string): string {
  return join(dataDir, 'trials');
}

/**
 * Writes down, until disposed of, what would have to be taken away if this process died now: the
 * next start does it. Without the note nothing is taken away, for that a database does not know a
 * folder may only mean that it is another database.
 */
export async function noteTrial(dataDir: string, note: TrialNote): Promise<AsyncDisposable> {
  const folder = notesFolder(dataDir);
  const file = join(folder, `${randomUUID()}.json`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify(note), { mode: 0o600 });
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

/** A note that a process left, and its file. */
export interface LeftNote {
  readonly file: string;
  /** Undefined when the process died while writing it, and so before what it is about. */
  readonly note: TrialNote | undefined;
}

export async function leftNotes(dataDir: string): Promise<readonly LeftNote[]> {
  const folder = notesFolder(dataDir);
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return { file, note: readNote(await readFile(file, 'utf8')) };
    }),
  );
}

function readNote(text: string): TrialNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
