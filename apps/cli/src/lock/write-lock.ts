import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { canonicalLock, type LockDocument } from '@plugboard/contracts/api';
import { Document, isCollection, isMap, isScalar, isSeq, visit } from 'yaml';

import { CliError } from '../cli-error.ts';

const comments: Readonly<Record<string, string>> = {
  licencePolicy: 'Which licences packages may have; with allow null, all that are not denied.',
  sources: 'Where the catalog comes from. A token is never here: it is asked for.',
  toolboxes: 'Sets of servers that are granted together.',
  templates: 'Named settings of a server, to begin with.',
  layers: 'Settings of a server for all its instances of an environment; dev < staging < prod.',
  instances:
    'What is installed: exact versions with digests, settings, names of secrets, and the SHA-256\nof each definition as it was listed when this was written.',
  agents: 'Who may be granted something. Tokens are never here.',
  grants: 'What agents may use, at which level: read < write < execute < admin.',
};

const heading =
  ' What this Plugboard is: plugboard plan shows what would change, plugboard apply makes it so.\n' +
  ' Written by plugboard lock; without secrets. A section that is left out is left alone.';

/** A document as YAML: always the same text for the same content, one line for one small thing. */
export function formatLock(document: LockDocument): string {
  const yaml = new Document(canonicalLock(document), {
    version: '1.2',
    aliasDuplicateObjects: false,
  });
  yaml.commentBefore = heading;
  if (!isMap(yaml.contents)) throw new Error('a lock document is a map');
  for (const pair of yaml.contents.items) {
    if (!isScalar(pair.key)) continue;
    const comment = comments[String(pair.key.value)];
    pair.key.spaceBefore = pair.key.value !== 'version';
    if (comment !== undefined) pair.key.commentBefore = comment.replaceAll(/^/gm, ' ');
  }
  visit(yaml, {
    Pair: (_key, { key, value }) => {
      // A definition, a level or a secret each stand on one line; a grant's target with its grant.
      const name = isScalar(key) ? key.value : undefined;
      if (name === 'target' && isCollection(value)) value.flow = true;
      if ((name === 'definitions' || name === 'levels') && isSeq(value)) {
        for (const item of value.items) if (isCollection(item)) item.flow = true;
      }
      return name === 'settings' || name === 'entry' ? visit.SKIP : undefined;
    },
    Seq: (_key, node) => {
      if (node.items.length === 0) node.flow = true;
    },
  });
  return yaml.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Writes a file whole or not at all. Resolves with what it was before; undefined for a new one. */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const draft = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(6).toString('hex')}.new`,
  );
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new CliError('failed', `${file} cannot be written.`, { cause: error });
  }
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new CliError('failed', `${file} cannot be read.`, { cause: error });
  }
}
