import type { SyncCounts } from '@plugboard/contracts/api';
import { z } from 'zod';

/** A sync's progress as its row keeps it. */
const countsSchema = z.object({
  read: z.int().default(0),
  added: z.int().default(0),
  changed: z.int().default(0),
  removed: z.int().default(0),
  unchanged: z.int().default(0),
  refused: z.int().default(0),
  total: z.int().nullable().default(null),
});

const refusalsSchema = z.array(z.object({ name: z.string().optional(), reason: z.string() }));

export type StoredRefusal = z.output<typeof refusalsSchema>[number];

export function readCounts(progress: unknown): SyncCounts {
  return countsSchema.parse(progress);
}

export function readRefusals(refusals: unknown): StoredRefusal[] {
  return refusalsSchema.parse(refusals);
}
