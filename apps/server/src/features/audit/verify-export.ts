import { z } from 'zod';

import { chainHash, chainStart } from './chain.ts';
import { isGenuine } from './checkpoint-signature.ts';

const seq = z.number().int().positive();
const hash = z.hex().length(64);
const headerSchema = z.object({
  format: z.literal('plugboard-audit'),
  version: z.literal(1),
  organizationId: z.uuid(),
  head: z.object({ seq, hash }).nullable(),
  checkpoint: z.object({ seq, hash, mac: hash }).nullable(),
});
const lineSchema = z.object({ seq, hash, record: z.string() });

type Header = z.infer<typeof headerSchema>;

export interface ExportVerification {
  readonly organizationId: string | undefined;
  /** Records found to be whole, from the first on. */
  readonly records: number;
  /** Hash of the last of them, hex: compare it with one that you trust. */
  readonly head: string | undefined;
  /** The record up to which a signed mark was checked, which needs the key; 0 when none was. */
  readonly sealedTo: number;
  /** The first fault, naming its line; undefined when the export is whole. */
  readonly fault: string | undefined;
}

/** Checks the lines of an export without a database; with the key, its signed mark as well. */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  key?: Buffer,
): Promise<ExportVerification> {
  let state: ChainState | undefined;
  let number = 0;
  let fault: string | undefined;
  for await (const text of lines) {
    if (text === '') continue;
    number += 1;
    const value = parse(text);
    if (state) fault = checkLine(state, value, key);
    else {
      const header = headerSchema.safeParse(value);
      if (header.success) state = begin(header.data);
      fault = state ? checkMark(state.header, key) : notAnExport;
    }
    if (fault !== undefined) break;
  }
  if (fault === undefined) {
    number += 1;
    fault = state ? checkEnd(state) : notAnExport;
  }
  return {
    organizationId: state?.header.organizationId,
    records: state?.seq ?? 0,
    head: state && state.seq > 0 ? state.hash.toString('hex') : undefined,
    sealedTo: state?.sealedTo ?? 0,
    fault: fault && `line ${number}: ${fault}`,
  };
}

const notAnExport = 'this is not the beginning of an export of a Plugboard audit log';

interface ChainState {
  readonly header: Header;
  seq: number;
  hash: Buffer;
  sealedTo: number;
}

function begin(header: Header): ChainState {
  return { header, seq: 0, hash: chainStart(header.organizationId), sealedTo: 0 };
}

function checkMark(
  { organizationId, checkpoint }: Header,
  key: Buffer | undefined,
): string | undefined {
  if (!checkpoint || !key) return undefined;
  const mark = {
    seq: checkpoint.seq,
    hash: Buffer.from(checkpoint.hash, 'hex'),
    mac: Buffer.from(checkpoint.mac, 'hex'),
  };
  return isGenuine(key, organizationId, mark) ? undefined : 'the signed mark is forged';
}

function checkLine(state: ChainState, value: unknown, key: Buffer | undefined): string | undefined {
  const line = lineSchema.safeParse(value);
  if (!line.success) return 'this is no record';
  const { seq, record, hash } = line.data;
  if (seq !== state.seq + 1) return `record ${state.seq + 1} belongs here, and this is ${seq}`;
  const next = chainHash(state.hash, record);
  if (next.toString('hex') !== hash) {
    return 'this record, or the one before it, was changed or replaced';
  }
  const { checkpoint } = state.header;
  if (key && checkpoint?.seq === seq) {
    if (checkpoint.hash !== hash) return 'the log up to here is not the one that was signed';
    state.sealedTo = seq;
  }
  state.seq = seq;
  state.hash = next;
  return undefined;
}

function checkEnd({ header, seq, hash }: ChainState): string | undefined {
  const { head, checkpoint } = header;
  const end = Math.max(head?.seq ?? 0, checkpoint?.seq ?? 0);
  if (seq !== end) return `the log ends at record ${end}, and the export at ${seq}`;
  if (head && head.hash !== hash.toString('hex')) return 'the last record is not the head';
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
