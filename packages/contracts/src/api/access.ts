import { z } from 'zod';

import { idSchema } from './vocabulary.ts';
import { levelSchema } from './vocabulary.ts';
import { offeringKindSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import { offeringNameSchema } from './offerings.ts';
import { accessMatrixSchema } from './access-matrix.ts';
import { queryBoolean, queryInteger, refSchema } from './values.ts';

/** `instance_stopped`: it is granted, and held back as long as an admin keeps its server stopped. */
const decisionReasons = [
  'granted',
  'denied',
  'level_too_low',
  'no_grant',
  'instance_stopped',
] as const;

/** What is decided of one agent and one tool, and why. */
const accessDecisionSchema = z.object({
  toolbox: z.string(),
  instance: z.string(),
  kind: offeringKindSchema,
  name: z.string(),
  /** Its name on endpoints that aggregate; absent where the kind goes by URI. */
  exposedName: z.string().optional(),
  /** The level it needs. */
  level: levelSchema,
  allowed: z.boolean(),
  reason: z.enum(decisionReasons),
  /** The reason in a sentence. */
  explanation: z.string(),
  /** The grant that decided it. */
  grantId: idSchema.optional(),
});

export type AccessDecision = z.output<typeof accessDecisionSchema>;

/**
 * Names a tool, prompt or resource: `instance` and the server's own `name`, or `name` alone as
 * agents see it on endpoints that aggregate (`memory__read_graph`).
 */
export const toolReference = {
  instance: refSchema.optional(),
  kind: offeringKindSchema.default('tool'),
  name: offeringNameSchema,
};

const tags = ['access'];

export const accessContract = {
  tools: procedure
    .route({
      method: 'GET',
      path: '/agents/{agent}/tools',
      tags,
      summary: 'What an agent may use and why; with all, also what it may not',
    })
    .input(
      z.strictObject({
        agent: refSchema,
        kind: offeringKindSchema.optional(),
        all: queryBoolean.optional(),
        /** Those of one instance alone. */
        instance: refSchema.optional(),
        /** A part of the name, whatever its case. */
        q: z.string().max(200, 'at most 200 characters').optional(),
        /** How many at most; all of them when absent. */
        limit: queryInteger(1, 1000).optional(),
        /** `nextCursor` of the page before. */
        cursor: z.string().max(4096, 'a cursor of an answer before').optional(),
      }),
    )
    .output(
      z.object({
        agent: z.string(),
        tools: z.array(accessDecisionSchema),
        /** On all pages together. */
        total: z.int(),
        /** Absent on the last page. */
        nextCursor: z.string().optional(),
      }),
    ),
  matrix: procedure
    .route({
      method: 'GET',
      path: '/access/matrix',
      tags,
      summary: 'Agents by toolboxes and instances: where there are grants, and up to which level',
    })
    .output(accessMatrixSchema),
  check: procedure
    .route({
      method: 'GET',
      path: '/check',
      tags,
      summary: 'Can this agent call this tool, and why',
    })
    .input(z.strictObject({ agent: refSchema, ...toolReference }))
    .output(accessDecisionSchema),
};
