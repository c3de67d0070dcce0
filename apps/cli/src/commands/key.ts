import type { Command } from 'commander';

import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

const examples = `
Examples:
  plugboard key create ci --expires 2030-01-31T00:00:00Z
  plugboard key list --all`;

export function addKeyCommands(program: Command, session: Session): void {
  const { style } = session;
  const key = program
    .command('key')
    .description('API keys, which speak for the member who made them')
    .addHelpText('after', examples);

  key
    .command('create <name>')
    .description('create an API key of your own; it is shown this once')
    .option('--expires <moment>', 'until when it works, such as 2030-01-31T00:00:00Z')
    .action(async (name: string, { expires }: { expires?: string }) => {
      const api = await session.api();
      const made = await api.apiKeys.create({
        name,
        ...(expires !== undefined && { expiresAt: expires }),
      });
      await session.show(made, () => `${made.key}\nKeep it well: it is not shown again.\n`);
    });

  key
    .command('list')
    .description('list your API keys')
    .option('--all', 'those of all members')
    .action(async ({ all = false }: { all?: boolean }) => {
      const api = await session.api();
      const { keys } = await api.apiKeys.list({ all });
      await session.show({ keys }, () =>
        keys.length === 0
          ? 'There is no API key. Make one: plugboard key create my-key\n'
          : table(
              style,
              ['key', 'member', 'state', 'expires', 'id'],
              keys.map((each) => [
                style.name(plainText(each.name)),
                plainText(each.memberName),
                each.state,
                presentMoment(each.expiresAt) || 'never',
                each.id,
              ]),
            ),
      );
    });

  key
    .command('revoke <id>')
    .description('revoke an API key at once')
    .action(async (id: string) => {
      const api = await session.api();
      const done = await api.apiKeys.revoke({ key: id });
      await session.show(done, () => 'The key opens nothing any more.\n');
    });
}
