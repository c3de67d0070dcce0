import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { changeInstance } from '../configuration/change-instance.ts';
import { changeShared } from '../configuration/change-shared.ts';
import { presentValue } from '../configuration/present-changes.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface SaveOptions {
  readonly from: string;
  readonly title?: string;
  readonly yes?: boolean;
}

const examples = `
Examples:
  plugboard template save read-only --from db
  plugboard template apply read-only other-db`;

export function addTemplateCommands(program: Command, session: Session): void {
  const { style } = session;
  const template = program
    .command('template')
    .description('named settings of servers, to begin with')
    .addHelpText('after', examples);

  template
    .command('list')
    .description('list templates and the servers that use them')
    .option('--server <name>', 'of one server, by its name in the catalog')
    .action(async (options: { server?: string }) => {
      const api = await session.api();
      const answer = await api.configuration.templates.list(options);
      await session.show(answer, () =>
        answer.templates.length === 0
          ? 'There is no template. Make one of a server: plugboard template save <name> --from <server>\n'
          : table(
              style,
              ['template', 'server', 'title', 'used by', 'settings'],
              answer.templates.map((each) => [
                style.name(each.slug),
                plainText(each.server),
                plainText(each.title),
                each.usedBy.join(', '),
                presentValue(each.settings),
              ]),
            ),
      );
    });

  template
    .command('save <template>')
    .description('make a template of a server’s own settings, without its secrets')
    .requiredOption('--from <server>', 'the server to take them from')
    .option('--title <title>', 'for people')
    .option('-y, --yes', 'do it without asking')
    .action(async (slug: string, { from, title, yes }: SaveOptions) => {
      const api = await session.api();
      const { server } = await api.configuration.get({ instance: from });
      const saved = { server, slug, instance: from, ...(title !== undefined && { title }) };
      await changeShared(session, {
        what: `the template ${slug} of ${plainText(server)}`,
        plan: () => api.configuration.templates.plan(saved),
        apply: () => api.configuration.templates.save(saved),
        yes: yes === true,
      });
    });

  template
    .command('apply <template> <server>')
    .description('configure a server with a template; its own settings go first')
    .option('--test', 'start it beside itself first, and change nothing when that fails')
    .option('-y, --yes', 'do it without asking')
    .action((slug: string, instance: string, options: { test?: boolean; yes?: boolean }) =>
      changeInstance(session, instance, { settings: { template: slug } }, options),
    );

  template
    .command('delete <template>')
    .description('delete a template that no server uses')
    .option('--server <name>', 'whose it is, where several servers have one of that name')
    .action(async (slug: string, options: { server?: string }) => {
      const api = await session.api();
      const { templates } = await api.configuration.templates.list(options);
      const found = templates.filter((each) => each.slug === slug);
      const [one, other] = found;
      if (!one) {
        throw new CliError('refused', `There is no template "${plainText(slug)}".`, {
          cure: 'see which there are: plugboard template list',
        });
      }
      if (other) {
        throw new CliError('usage', `Several servers have a template "${plainText(slug)}".`, {
          cure: `name one of them: --server ${plainText(one.server)}`,
        });
      }
      const done = await api.configuration.templates.delete({ server: one.server, slug });
      await session.show(done, () => `Template ${style.name(slug)} is gone.\n`);
    });
}
