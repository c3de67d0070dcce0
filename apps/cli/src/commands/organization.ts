import type { Organization } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

export function addOrganizationCommands(program: Command, session: Session): void {
  const { style } = session;
  const organization = program.command('organization').description('the organization acted in');

  organization
    .command('show')
    .description('show the organization, and as whom this command line acts')
    .action(async () => {
      const api = await session.api();
      const [found, me] = await Promise.all([api.organization.get(), api.me()]);
      await session.show({ organization: found, me }, () =>
        table(
          style,
          ['organization', 'members', 'second factor', 'you are', 'id'],
          [
            [
              style.name(plainText(found.name)),
              String(found.members),
              found.secondFactorRequired ? 'required' : 'optional',
              `${plainText(me.name)} (${me.role})`,
              found.id,
            ],
          ],
        ),
      );
    });

  organization
    .command('create <name>')
    .description('create another organization, whose owner you are')
    .action(async (name: string) => {
      const api = await session.api();
      const made = await api.organization.create({ name });
      await session.show(made, () =>
        made.key === undefined
          ? `${plainText(made.name)} is there. Switch to it on the page /account.\n`
          : `${plainText(made.name)} is there. Its owner's API key, shown this once:\n${made.key}\n` +
            style.quiet('Use it: PLUGBOARD_KEY=… plugboard organization show\n'),
      );
    });

  organization
    .command('rename <name>')
    .description('give the organization another name')
    .action(async (name: string) => {
      const api = await session.api();
      const changed = await api.organization.change({ name });
      await session.show(changed, () => `It is called ${plainText(changed.name)} now.\n`);
    });

  organization
    .command('second-factor <required|optional>')
    .description('keep members out who sign in with a password alone, or let them in')
    .action(async (wanted: string) => {
      if (wanted !== 'required' && wanted !== 'optional') {
        throw new CliError('usage', 'Say required or optional.');
      }
      const api = await session.api();
      const changed = await api.organization.change({
        secondFactorRequired: wanted === 'required',
      });
      await session.show(changed, () => presentSecondFactor(changed));
    });
}

function presentSecondFactor({ secondFactorRequired }: Organization): string {
  return secondFactorRequired
    ? 'From now on members need a second factor or a passkey. API keys work as before.\n'
    : 'A password alone suffices again.\n';
}
