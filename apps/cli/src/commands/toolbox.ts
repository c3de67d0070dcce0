import { AppError, levels } from '@plugboard/contracts';
import type { Command } from 'commander';

import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface AddOptions {
  readonly name?: string;
  readonly env?: 'dev' | 'staging' | 'prod';
}

export function addToolboxCommands(program: Command, session: Session): void {
  const { style } = session;
  const toolbox = program
    .command('toolbox')
    .description('sets of servers that are granted together');

  toolbox
    .command('add <slug>')
    .description('create a toolbox')
    .option('--name <name>', 'a name for people')
    .option('--env <environment>', 'dev, staging or prod (default: dev)')
    .action(async (slug: string, { name, env }: AddOptions) => {
      const api = await session.api();
      const made = await api.toolboxes.create({
        slug,
        ...(name !== undefined && { name }),
        ...(env !== undefined && { environment: env }),
      });
      await session.show(
        made,
        () =>
          `Toolbox ${style.name(made.slug)} is there, at ${made.mcpUrl}\n` +
          style.quiet(
            `Put a server into it: plugboard server add <server> --toolbox ${made.slug}\n`,
          ),
      );
    });

  toolbox
    .command('list')
    .description('list toolboxes')
    .action(async () => {
      const api = await session.api();
      const { toolboxes } = await api.toolboxes.list();
      await session.show({ toolboxes }, () =>
        toolboxes.length === 0
          ? 'There is no toolbox. Make one: plugboard toolbox add my-tools\n'
          : table(
              style,
              ['toolbox', 'environment', 'servers', 'name', 'endpoint'],
              toolboxes.map((each) => [
                style.name(each.slug),
                each.environment,
                String(each.instances),
                plainText(each.name),
                each.mcpUrl,
              ]),
            ),
      );
    });

  toolbox
    .command('set <toolbox>')
    .description('change what members may do with a toolbox')
    .requiredOption(
      '--member-level <level>',
      'up to which level members may give it to agents of their own: read, write, execute, admin or none',
    )
    .addHelpText('after', '\nExample:\n  plugboard toolbox set starter --member-level read\n')
    .action(async (name: string, { memberLevel }: { memberLevel: string }) => {
      const level = levels.find((each) => each === memberLevel);
      if (!level && memberLevel !== 'none') {
        throw new AppError(
          'invalid_input',
          `--member-level is one of ${levels.join(', ')} or none, not "${memberLevel}".`,
        );
      }
      const api = await session.api();
      const set = await api.toolboxes.change({ toolbox: name, memberLevel: level ?? null });
      await session.show(set, () =>
        level
          ? `Members may give agents of their own ${style.name(set.slug)}, up to ${level}.\n`
          : `Members may not give ${style.name(set.slug)} to agents of their own.\n`,
      );
    });

  toolbox
    .command('remove <toolbox>')
    .description('delete an empty toolbox and the grants on it')
    .action(async (name: string) => {
      const api = await session.api();
      const done = await api.toolboxes.delete({ toolbox: name });
      await session.show(done, () => `Toolbox ${style.name(name)} is gone.\n`);
    });
}
