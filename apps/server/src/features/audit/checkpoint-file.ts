import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Checkpoint } from './checkpoint-signature.ts';

/** The newest checkpoint outside of the database, where who edits the database cannot reach it. */
export async function writeCheckpointFile(
  dataDir: string,
  organizationId: string,
  { seq, hash, mac }: Checkpoint,
): Promise<void> {
  const file = checkpointFile(dataDir, organizationId);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ seq, hash: hash.toString('hex'), mac: mac.toString('hex') });
  await writeFile(`${file}.new`, `${text}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

/** Undefined when there is none; `unreadable` when what is there is no checkpoint. */
export async function readCheckpointFile(
  dataDir: string,
  organizationId: string,
): Promise<Checkpoint | 'unreadable' | undefined> {
  try {
    const text = await readFile(checkpointFile(dataDir, organizationId), 'utf8');
    return parseCheckpoint(JSON.parse(text)) ?? 'unreadable';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function parseCheckpoint(value: unknown): Checkpoint | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (!('seq' in value) || !('hash' in value) || !('mac' in value)) return undefined;
  const { seq, hash, mac } = value;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq <= 0) return undefined;
  if (!isHash(hash) || !isHash(mac)) return undefined;
  return { seq, hash: Buffer.from(hash, 'hex'), mac: Buffer.from(mac, 'hex') };
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function checkpointFile(dataDir: string, organizationId: string): string {
  return path.join(dataDir, 'audit', `checkpoint-${organizationId}.json`);
}
