import type { ApiClient, Invitation, Member, NewInvitation } from '@plugboard/contracts/api';
import { type Command, InvalidArgumentError } from 'commander';

import { confirmPlan } from '../confirm.ts';
import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

type Role = Member['role'];

interface InviteOptions {
  readonly role: Role;
  readonly member?: string;
}

interface RemoveOptions {
  readonly handOverTo?: string;
  readonly yes?: boolean;
}

const examples = `
Examples:
  plugboard member invite ann@example.com --role admin
  plugboard member role ann@example.com auditor
  plugboard member remove ann@example.com --hand-over-to bob@example.com`;

/** People of an organization, and invitations of others. */
export function addMemberCommands(program: Command, session: Session): void {
  const { style } = session;
  const member = program
    .command('member')
    .description('people of the organization')
    .addHelpText('after', examples);

  member
    .command('list')
    .description('list members')
    .action(async () => {
      const api = await session.api();
      const { members } = await api.members.list();
      await session.show({ members }, () =>
        table(
          style,
          ['member', 'role', 'state', 'came by', 'name', 'id'],
          members.map((each) => [
            style.name(plainText(each.email ?? 'never signed in')),
            each.role,
            each.state,
            each.source,
            plainText(each.name),
            each.id,
          ]),
        ),
      );
    });

  member
    .command('invite <email>')
    .description('invite somebody; prints the link, and mails it where mail is set up')
    .option('--role <role>', 'owner, admin, member or auditor', parseRole, 'member' as const)
    .option('--member <id>', 'a member who never signed in, whose place they take')
    .action(async (email: string, { role, member: place }: InviteOptions) => {
      const api = await session.api();
      const made = await api.members.invitations.create({
        email,
        role,
        ...(place !== undefined && { member: place }),
      });
      await session.show(made, () => presentNew(made));
    });

  member
    .command('role <member> <role>')
    .description('give a member another role: owner, admin, member or auditor')
    .action(async (who: string, role: string) => {
      const api = await session.api();
      const changed = await api.members.setRole({ member: who, role: parseRole(role) });
      await session.show(changed, () => `${nameOf(changed)} is ${changed.role} now.\n`);
    });

  member
    .command('suspend <member>')
    .description('keep a member out at once, with their API keys and agents')
    .action(async (who: string) => {
      const api = await session.api();
      const changed = await api.members.suspend({ member: who });
      await session.show(
        changed,
        () => `${nameOf(changed)} is suspended. Undo it: plugboard member reinstate ${who}\n`,
      );
    });

  member
    .command('reinstate <member>')
    .description('let a suspended member in again')
    .action(async (who: string) => {
      const api = await session.api();
      const changed = await api.members.reinstate({ member: who });
      await session.show(changed, () => `${nameOf(changed)} may act again.\n`);
    });

  member
    .command('remove <member>')
    .description('remove a member with their credentials, API keys and agents; or leave')
    .option('--hand-over-to <member>', 'who takes over their agents, without the tokens')
    .option('-y, --yes', 'do not ask')
    .action(async (who: string, { handOverTo, yes = false }: RemoveOptions) => {
      const api = await session.api();
      const found = await findMember(api, who);
      session.note(
        `${found === undefined ? plainText(who) : nameOf(found)} loses the membership, API keys and credentials for good.\n` +
          'Tokens that they made for the organization’s own agents stay good: if they may have kept one, revoke it (plugboard agent token revoke).\n' +
          (handOverTo === undefined
            ? 'Their agents go too.\n'
            : `Their agents go to ${plainText(handOverTo)}, and need new tokens.\n`),
      );
      await confirmPlan(session, 'Remove this member?', yes);
      const done = await api.members.remove({
        member: who,
        ...(handOverTo !== undefined && { handOverTo }),
      });
      await session.show(done, () => 'The member is gone.\n');
    });

  member
    .command('reset-link <member>')
    .description('make a link with which a member sets a new password, within an hour')
    .option('--reset-factors', 'take the second factor and passkeys away too')
    .action(async (who: string, { resetFactors = false }: { resetFactors?: boolean }) => {
      const api = await session.api();
      const made = await api.members.resetLink({ member: who, resetFactors });
      await session.show(
        made,
        () => `${made.link}\nGive it to nobody else: it works once, until ${made.expiresAt}.\n`,
      );
    });
}

export function addInvitationCommands(program: Command, session: Session): void {
  const { style } = session;
  const invitation = program.command('invitation').description('invitations of people');

  invitation
    .command('list')
    .description('list invitations')
    .action(async () => {
      const api = await session.api();
      const { invitations } = await api.members.invitations.list();
      await session.show({ invitations }, () =>
        invitations.length === 0
          ? 'Nobody was invited. Invite somebody: plugboard member invite ann@example.com\n'
          : table(
              style,
              ['invitation', 'role', 'state', 'until', 'id'],
              invitations.map((each: Invitation) => [
                style.name(plainText(each.email)),
                each.role,
                each.state,
                presentMoment(each.expiresAt),
                each.id,
              ]),
            ),
      );
    });

  invitation
    .command('resend <id>')
    .description('make a new link; the one before opens nothing any more')
    .action(async (id: string) => {
      const api = await session.api();
      const made = await api.members.invitations.resend({ invitation: id });
      await session.show(made, () => presentNew(made));
    });

  invitation
    .command('revoke <id>')
    .description('take an invitation back')
    .action(async (id: string) => {
      const api = await session.api();
      const done = await api.members.invitations.revoke({ invitation: id });
      await session.show(done, () => 'The invitation opens nothing any more.\n');
    });
}

function presentNew({ email, role, link, mailed, expiresAt }: NewInvitation): string {
  const how = mailed ? 'It was mailed.' : 'Give it to them; it was not mailed.';
  return `${link}\n${plainText(email)} may join as ${role} until ${expiresAt}. ${how}\n`;
}

async function findMember(api: ApiClient, who: string): Promise<Member | undefined> {
  const { members } = await api.members.list();
  return members.find((each) => each.id === who || each.email === who.toLowerCase());
}

function nameOf({ name, email }: Member): string {
  return plainText(email === undefined ? name : `${name} (${email})`);
}

function parseRole(text: string): Role {
  const roles = ['owner', 'admin', 'member', 'auditor'] as const;
  const found = roles.find((role) => role === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('a role is owner, admin, member or auditor.');
}
