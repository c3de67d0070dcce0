import { z } from 'zod';

import { environmentSchema } from './toolboxes.ts';
import { timestampSchema } from './values.ts';
import { idSchema, levelSchema } from './vocabulary.ts';

/** Where an agent has grants on a toolbox or an instance that have not run out. */
const accessCellSchema = z.object({
  agentId: idSchema,
  scope: z.enum(['toolbox', 'instance']),
  /** Of the toolbox or the instance. */
  id: idSchema,
  /** The highest that is allowed at exactly this place; null without an allow at it. */
  level: levelSchema.nullable(),
  /** When that level ends; absent for never. */
  expiresAt: timestampSchema.optional(),
  /** Denies at exactly this place. */
  denies: z.int(),
  /** What needs this level or more is forbidden: the lowest of those denies. */
  denyLevel: levelSchema.optional(),
  /** Grants on single tools, prompts and resources of the instance, of either effect. */
  exceptions: z.int(),
});

export const accessMatrixSchema = z.object({
  agents: z.array(
    z.object({
      id: idSchema,
      slug: z.string(),
      name: z.string(),
      /** The member whose own it is; absent for one of the organization. */
      memberId: idSchema.optional(),
    }),
  ),
  toolboxes: z.array(
    z.object({
      id: idSchema,
      slug: z.string(),
      name: z.string(),
      environment: environmentSchema,
    }),
  ),
  instances: z.array(
    z.object({
      id: idSchema,
      slug: z.string(),
      server: z.string(),
      title: z.string(),
      toolboxId: idSchema,
      /** How many tools need each level, by the levels in force. */
      tools: z.object({ read: z.int(), write: z.int(), execute: z.int(), admin: z.int() }),
      /** An admin stopped it. */
      stopped: z.boolean(),
    }),
  ),
  /** Only where there is a grant. */
  cells: z.array(accessCellSchema),
});

export type AccessCell = z.output<typeof accessCellSchema>;
export type AccessMatrix = z.output<typeof accessMatrixSchema>;
