import type { ConfigurationView } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { changeInstance, testChange } from '../configuration/change-instance.ts';
import { presentProblems, presentValue } from '../configuration/present-changes.ts';
import {
  addSettingsOptions,
  patchFromOptions,
  patchFromUnset,
  type SettingsOptions,
} from '../configuration/settings-options.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { readSecrets } from '../values/named-values.ts';
import { addConfigLayersCommands } from './config-layers.ts';
import { addConfigSchemaCommand } from './config-schema.ts';

interface ChangeOptions extends SettingsOptions {
  readonly secret?: string[];
  readonly preset?: string;
  readonly template?: string;
  readonly note?: string;
  readonly test?: boolean;
  readonly yes?: boolean;
}

const examples = `
Examples:
  plugboard config show db
  plugboard config set db --set readonly=true --secret DSN --test
  plugboard config unset db readonly
  plugboard config layers set io.github.bytebase/dbhub prod --set readonly=true`;

export function addConfigCommands(program: Command, session: Session): void {
  const config = program
    .command('config')
    .description('configuration of servers: values, secrets, what environments share')
    .addHelpText('after', examples);

  config
    .command('show <server>')
    .description('what is in force, and where each setting comes from')
    .action(async (instance: string) => {
      const api = await session.api();
      const view = await api.configuration.get({ instance });
      await session.show(view, () => presentConfiguration(view, session));
    });

  withChanges(
    config.command('set <server>').description('change settings and secrets; those not named stay'),
  )
    .option('--test', 'start it beside itself first, and change nothing when that fails')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .action(async (instance: string, options: ChangeOptions) =>
      changeInstance(session, instance, await readChange(options, session), options),
    );

  config
    .command('unset <server> <settings...>')
    .description('take settings away, so that what is inherited shows again; secrets.NAME a secret')
    .option('--test', 'start it beside itself first, and change nothing when that fails')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .action((instance: string, paths: string[], options: ChangeOptions) => {
      const isSecret = (path: string) => path.startsWith('secrets.');
      const secrets = paths.filter(isSecret).map((path) => [path.slice('secrets.'.length), null]);
      const change = {
        settings: patchFromUnset(paths.filter((path) => !isSecret(path))),
        ...(secrets.length > 0 && { secrets: Object.fromEntries(secrets) }),
      };
      return changeInstance(session, instance, change, options);
    });

  config
    .command('edit <server>')
    .description('change its own settings in $EDITOR, as YAML')
    .option('--note <text>', 'why, for the history')
    .option('-y, --yes', 'do it without asking')
    .action(async (instance: string, options: ChangeOptions) => {
      const api = await session.api();
      const { own = {} } = await api.configuration.get({ instance });
      const head = `Settings of ${instance}. What is not here is inherited; secrets are not here.`;
      // Loaded for this alone, with YAML's parser.
      const { editSettings, patchBetween } = await import('../configuration/edit-settings.ts');
      const settings = patchBetween(own, await editSettings(session.terminal, head, own));
      if (settings === undefined) session.note('Nothing was changed.\n');
      else await changeInstance(session, instance, { settings }, options);
    });

  withChanges(
    config
      .command('test <server>')
      .description('start it beside itself, with changes if any are given, and put that away'),
  ).action(async (instance: string, options: ChangeOptions) =>
    testChange(session, instance, await readChange(options, session)),
  );

  config
    .command('diff <server> <other>')
    .description('what is configured otherwise of two servers')
    .action(async (one: string, other: string) => {
      const api = await session.api();
      const views = [
        await api.configuration.get({ instance: one }),
        await api.configuration.get({ instance: other }),
      ] as const;
      const differences = compare(...views);
      await session.show({ differences }, () =>
        differences.length === 0
          ? 'They are configured alike.\n'
          : table(
              session.style,
              ['setting', one, other],
              differences.map(({ path, a, b }) => [
                plainText(path),
                presentValue(a),
                presentValue(b),
              ]),
            ),
      );
    });

  addConfigSchemaCommand(config, session);
  addConfigLayersCommands(config, session);
}

function withChanges(command: Command): Command {
  return addSettingsOptions(command)
    .option('--secret <name...>', 'secret from the environment, or NAME=@file')
    .option('--preset <preset>', 'values of the catalog that go together')
    .option('--template <template>', 'settings of your own that go together');
}

async function readChange(options: ChangeOptions, { terminal }: Session) {
  const { preset, template } = options;
  return {
    settings: {
      ...patchFromOptions(options),
      ...(preset !== undefined && { preset }),
      ...(template !== undefined && { template }),
    },
    ...(options.secret && { secrets: await readSecrets(options.secret, terminal) }),
  };
}

function presentConfiguration(view: ConfigurationView, { style }: Session): string {
  const { instance, server, version, environment, entries, secrets, problems, inForce } = view;
  const rows = [
    ...entries.map(({ path, value, origin }) => [
      style.name(plainText(path)),
      value === undefined ? style.quiet('set') : presentValue(value),
      origin,
    ]),
    ...secrets.map(({ name, set, required }) => [
      style.name(plainText(`secrets.${name}`)),
      set ? 'set' : required ? style.bad('missing') : style.quiet('not set'),
      set ? 'own' : '',
    ]),
  ];
  const stale = inForce
    ? ''
    : style.warn(
        `! ${instance.slug} does not run with these settings, but as it did before they changed: it did not start with them.\n` +
          `  Mend what keeps it from starting (plugboard logs ${instance.slug}), then try them again: plugboard config set ${instance.slug}\n`,
      );
  return (
    `${style.strong(instance.slug)}: ${plainText(server)} ${plainText(version)}, ${environment}, revision ${view.revision}\n` +
    table(style, ['key', 'value', 'from'], rows) +
    stale +
    presentProblems(style, problems)
  );
}

function compare(one: ConfigurationView, other: ConfigurationView) {
  const [a, b] = [one, other].map(
    ({ entries, secrets }) =>
      new Map<string, unknown>([
        ...entries.map(({ path, value }) => [path, value ?? 'set'] as const),
        ...secrets.flatMap(({ name, set }) => (set ? [[`secrets.${name}`, 'set'] as const] : [])),
      ]),
  );
  return [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])].flatMap((path) => {
    const [left, right] = [a?.get(path), b?.get(path)];
    return JSON.stringify(left) === JSON.stringify(right) ? [] : [{ path, a: left, b: right }];
  });
}
