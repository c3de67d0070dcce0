import type { LayerView, SettingsPatch } from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { changeShared } from '../configuration/change-shared.ts';
import { applyToSettings } from '../configuration/apply-to-settings.ts';
import { presentChanges, presentValue } from '../configuration/present-changes.ts';
import {
  addSettingsOptions,
  patchFromOptions,
  patchFromUnset,
  type SettingsOptions,
} from '../configuration/settings-options.ts';
import { CliError } from '../cli-error.ts';
import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseWhole } from '../values/numbers.ts';

type Environment = LayerView['environment'];

interface SetOptions extends SettingsOptions {
  readonly unset?: string[];
  readonly note?: string;
  readonly yes?: boolean;
}

/** `config layers`: settings of a server for whole environments. dev is inherited by staging, staging by prod. */
export function addConfigLayersCommands(config: Command, session: Session): void {
  const { style } = session;
  const layers = config
    .command('layers')
    .description('settings of a server for whole environments: prod inherits staging, staging dev');

  layers
    .command('list')
    .description('the layers in force')
    .addOption(new Option('--server <name>', 'of one server, by its name in the catalog'))
    .action(async (options: { server?: string }) => {
      const api = await session.api();
      const answer = await api.configuration.layers.list(options);
      await session.show(answer, () =>
        answer.layers.length === 0
          ? 'There is no layer. Make one: plugboard config layers set <server> dev --set key=value\n'
          : table(
              style,
              ['server', 'environment', 'revision', 'settings'],
              answer.layers.map((each) => [
                style.name(plainText(each.server)),
                each.environment,
                String(each.revision),
                presentValue(each.settings),
              ]),
            ),
      );
    });

  addSettingsOptions(
    layers
      .command('set <server> <environment>')
      .description('change the layer of a server for dev, staging or prod'),
  )
    .option('--unset <settings...>', 'settings to take away')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .action(async (server: string, environment: string, options: SetOptions) => {
      const ref = { server, environment: parseEnvironment(environment) };
      const api = await session.api();
      const { layers: present } = await api.configuration.layers.list({ server });
      const before = present.find((each) => each.environment === ref.environment)?.settings ?? {};
      const taken = applyToSettings(before, patchFromUnset(options.unset ?? []));
      const patch: SettingsPatch = patchFromOptions(options);
      const settings = applyToSettings(taken, patch);
      await changeShared(session, {
        what: `the ${environment} settings of ${server}`,
        plan: () => api.configuration.layers.plan({ ...ref, settings }),
        apply: () =>
          api.configuration.layers.put({
            ...ref,
            settings,
            ...(options.note !== undefined && { note: options.note }),
          }),
        yes: options.yes === true,
      });
    });

  layers
    .command('history <server> <environment>')
    .description('all revisions of a layer')
    .action(async (server: string, environment: string) => {
      const api = await session.api();
      const ref = { server, environment: parseEnvironment(environment) };
      const answer = await api.configuration.layers.history(ref);
      await session.show(answer, () =>
        answer.revisions.length === 0
          ? `${server} has no settings for ${environment}.\n`
          : table(
              style,
              ['revision', 'when', 'settings', 'note'],
              answer.revisions.map((each) => [
                String(each.revision),
                presentMoment(each.createdAt),
                presentValue(each.settings),
                plainText(each.note ?? ''),
              ]),
            ),
      );
    });

  layers
    .command('diff <server> <environment> <from> <to>')
    .description('what changed of a layer between two revisions')
    .action(async (server: string, environment: string, from: string, to: string) => {
      const api = await session.api();
      const answer = await api.configuration.layers.diff({
        server,
        environment: parseEnvironment(environment),
        from: parseWhole(from),
        to: parseWhole(to),
      });
      await session.show(answer, () => presentChanges(style, answer.changes));
    });

  layers
    .command('rollback <server> <environment> <revision>')
    .description('make a layer what it was at a revision')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .action(async (server: string, environment: string, number: string, options: SetOptions) => {
      const api = await session.api();
      const ref = { server, environment: parseEnvironment(environment) };
      const revision = parseWhole(number);
      const { revisions } = await api.configuration.layers.history(ref);
      const found = revisions.find((each) => each.revision === revision);
      if (!found) {
        throw new CliError('refused', `${server} has no revision ${revision} for ${environment}.`, {
          cure: `see which there are: plugboard config layers history ${server} ${environment}`,
        });
      }
      await changeShared(session, {
        what: `the ${environment} settings of ${server}`,
        plan: () => api.configuration.layers.plan({ ...ref, settings: found.settings }),
        apply: () =>
          api.configuration.layers.rollback({
            ...ref,
            revision,
            ...(options.note !== undefined && { note: options.note }),
          }),
        yes: options.yes === true,
      });
    });
}

function parseEnvironment(text: string): Environment {
  if (text === 'dev' || text === 'staging' || text === 'prod') return text;
  throw new CliError('usage', `An environment is dev, staging or prod, not "${plainText(text)}".`);
}
