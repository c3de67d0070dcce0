import type { NewScimToken, ScimGroup } from '@plugboard/contracts/api';
import { type Command, InvalidArgumentError } from 'commander';

import { confirmPlan } from '../confirm.ts';
import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

const examples = `
Examples:
  plugboard scim create entra --expires 2030-01-31T00:00:00Z
  plugboard scim groups
  plugboard scim map "Plugboard admins" admin`;

/** Directories that make, suspend and remove members. */
export function addScimCommands(program: Command, session: Session): void {
  const { style } = session;
  const scim = program
    .command('scim')
    .description('directories that provision members (Entra ID, Okta, …)')
    .addHelpText('after', examples);

  scim
    .command('create <name>')
    .description('create a token for a directory; it is shown this once')
    .option('--expires <moment>', 'until when it works (default: a year from now)')
    .action(async (name: string, { expires }: { expires?: string }) => {
      const api = await session.api();
      const made = await api.scim.tokens.create({
        name,
        ...(expires !== undefined && { expiresAt: expires }),
      });
      await session.show(made, () => presentNew(made));
    });

  scim
    .command('list')
    .description('list tokens, with when they were last used')
    .action(async () => {
      const api = await session.api();
      const listed = await api.scim.tokens.list();
      await session.show(listed, () =>
        listed.tokens.length === 0
          ? 'No directory provisions members. Make a token for one: plugboard scim create entra\n'
          : table(
              style,
              ['token', 'ends in', 'state', 'expires', 'last used', 'id'],
              listed.tokens.map((each) => [
                style.name(plainText(each.name)),
                each.hint,
                each.state,
                presentMoment(each.expiresAt),
                presentMoment(each.lastUsedAt) || 'never',
                each.id,
              ]),
            ),
      );
    });

  scim
    .command('revoke <id>')
    .description('revoke a token at once; members whom it provisioned stay')
    .action(async (id: string) => {
      const api = await session.api();
      const done = await api.scim.tokens.revoke({ token: id });
      await session.show(done, () => 'The token opens nothing any more.\n');
    });

  scim
    .command('groups')
    .description('list groups that directories sent, with the role they stand for')
    .option('--offset <number>', 'how many to leave out', parseOffset)
    .action(async ({ offset }: { offset?: number }) => {
      const api = await session.api();
      const listed = await api.scim.groups.list(offset === undefined ? undefined : { offset });
      await session.show(listed, () =>
        listed.groups.length === 0
          ? 'No directory has sent a group. Assign groups to Plugboard there.\n'
          : table(
              style,
              ['group', 'role', 'members', 'id'],
              listed.groups.map((each) => [
                style.name(plainText(each.name)),
                each.role ?? 'none',
                String(each.members),
                each.id,
              ]),
            ),
      );
    });

  scim
    .command('map <group> <role>')
    .description('say which role the members of a group have: a role, or none')
    .option('-y, --yes', 'do not ask')
    .action(async (group: string, text: string, { yes = false }: { yes?: boolean }) => {
      const role = parseRole(text);
      const api = await session.api();
      if (role === 'owner') {
        session.note(
          `Whoever manages "${plainText(group)}" in the directory then makes owners of this organization.\n`,
        );
        await confirmPlan(session, 'Let the directory make owners?', yes);
      }
      const mapped = await api.scim.groups.map({ group, role });
      await session.show(
        mapped,
        () =>
          `Members of "${plainText(mapped.name)}" (${mapped.members}) ${mapped.role === null ? 'have no role by it' : `have the role ${mapped.role}`} now.\n`,
      );
    });
}

function presentNew({ token, url, expiresAt }: NewScimToken): string {
  return `${token}\nGive it to the directory, with the address ${url}. It works until ${expiresAt} and is not shown again.\n`;
}

function parseRole(text: string): ScimGroup['role'] {
  if (text === 'none') return null;
  const roles = ['owner', 'admin', 'member', 'auditor'] as const;
  const found = roles.find((role) => role === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('a role is owner, admin, member, auditor or none.');
}

function parseOffset(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number from 0 on.');
}
