import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { idPattern } from '@plugboard/contracts';

export type TrialNote =
  | { readonly kind: 'instance'; readonly id: string }
  /** Epoch milliseconds: a package placed since then may belong to nobody. */
  | { readonly kind: 'package'; readonly since: number };

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

/** Without a schema, whose library a start has no other need of. */
function readNote(text: string): TrialNote | undefined {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof note !== 'object' || note === null || !('kind' in note)) return undefined;
  if (note.kind === 'instance' && 'id' in note && typeof note.id === 'string') {
    return idPattern.test(note.id) ? { kind: 'instance', id: note.id } : undefined;
  }
  if (note.kind === 'package' && 'since' in note && typeof note.since === 'number') {
    return { kind: 'package', since: note.since };
  }
  return undefined;
}
