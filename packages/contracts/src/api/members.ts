import { z } from 'zod';

import { procedure } from './errors.ts';
import { emailSchema, roleSchema } from './people.ts';
import { doneSchema, timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

const memberSchema = z.object({
  id: idSchema,
  name: z.string(),
  role: roleSchema,
  state: z.enum(['active', 'suspended']),
  /** Absent for a member who never signed in, and to who may not see it. */
  email: z.string().optional(),
  /** How the membership came about. */
  source: z.enum(['invitation', 'sso', 'scim']),
  createdAt: timestampSchema,
});

export type Member = z.output<typeof memberSchema>;

const invitationSchema = z.object({
  id: idSchema,
  email: z.string(),
  role: roleSchema,
  state: z.enum(['open', 'accepted', 'expired', 'revoked']),
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
});

export type Invitation = z.output<typeof invitationSchema>;

/** An invitation with its link, which is shown this once. */
const newInvitationSchema = z.object({
  ...invitationSchema.shape,
  link: z.string(),
  /** Whether it was mailed too. */
  mailed: z.boolean(),
});

export type NewInvitation = z.output<typeof newInvitationSchema>;

/** A member by id, or by the e-mail address that they sign in with. */
const memberRefSchema = z.union([idSchema, emailSchema], {
  error: 'the id of a member, or an e-mail address',
});

const byMember = z.strictObject({ member: memberRefSchema });
const byInvitation = z.strictObject({ invitation: idSchema });
const tags = ['members'];

export const membersContract = {
  list: procedure
    .route({ method: 'GET', path: '/members', tags, summary: 'List members' })
    .output(z.object({ members: z.array(memberSchema) })),
  setRole: procedure
    .route({ method: 'PUT', path: '/members/{member}/role', tags, summary: 'Give another role' })
    .input(z.strictObject({ member: memberRefSchema, role: roleSchema }))
    .output(memberSchema),
  suspend: procedure
    .route({
      method: 'POST',
      path: '/members/{member}/suspend',
      tags,
      summary: 'Keep a member out at once, with their API keys and agents, until reinstated',
    })
    .input(byMember)
    .output(memberSchema),
  reinstate: procedure
    .route({
      method: 'POST',
      path: '/members/{member}/reinstate',
      tags,
      summary: 'Let a suspended member in again',
    })
    .input(byMember)
    .output(memberSchema),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/members/{member}',
      tags,
      summary: 'Remove a member, with their credentials, API keys and agents; or leave',
    })
    .input(
      z.strictObject({
        member: memberRefSchema,
        /** Who takes over their agents; without one these go too. */
        handOverTo: memberRefSchema.optional(),
      }),
    )
    .output(doneSchema),
  resetLink: procedure
    .route({
      method: 'POST',
      path: '/members/{member}/reset-link',
      tags,
      summary: 'Make a link by which a member sets a new password; it is shown this once',
      successStatus: 201,
    })
    .input(
      z.strictObject({
        member: memberRefSchema,
        /** Whether it takes the second factor and the passkeys away too. */
        resetFactors: z.boolean().optional(),
      }),
    )
    .output(z.object({ link: z.string(), expiresAt: timestampSchema })),
  invitations: {
    list: procedure
      .route({ method: 'GET', path: '/invitations', tags, summary: 'List invitations' })
      .output(z.object({ invitations: z.array(invitationSchema) })),
    create: procedure
      .route({
        method: 'POST',
        path: '/invitations',
        tags,
        summary: 'Invite somebody; the link is shown this once, and mailed where mail is set up',
        successStatus: 201,
      })
      .input(
        z.strictObject({
          email: emailSchema,
          role: roleSchema.default('member'),
          /** A member who has not signed in yet and becomes the one who accepts. */
          member: idSchema.optional(),
        }),
      )
      .output(newInvitationSchema),
    resend: procedure
      .route({
        method: 'POST',
        path: '/invitations/{invitation}/resend',
        tags,
        summary: 'Make a new link for an invitation; the one before opens nothing any more',
      })
      .input(byInvitation)
      .output(newInvitationSchema),
    revoke: procedure
      .route({
        method: 'DELETE',
        path: '/invitations/{invitation}',
        tags,
        summary: 'Take an invitation back',
      })
      .input(byInvitation)
      .output(doneSchema),
  },
};
