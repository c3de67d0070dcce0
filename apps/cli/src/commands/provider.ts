import { text } from 'node:stream/consumers';

import type { ProviderView } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { askSecret, canAsk } from '../ask-secret.ts';
import { CliError } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface SetOptions {
  readonly clientId?: string;
  readonly secret?: boolean;
  readonly secretStdin?: boolean;
  readonly privateKeyStdin?: boolean;
  readonly issuer?: string;
  readonly definition?: string;
  readonly title?: string;
  readonly variable?: readonly string[];
  readonly scope?: readonly string[];
  readonly allowPrivateNetwork?: boolean;
}

const setExamples = `
Examples:
  plugboard provider set github --client-id Iv1.abc123
  pass show google-secret | plugboard provider set google --client-id 123.apps.googleusercontent.com --secret-stdin
  plugboard provider set work-gitlab --definition gitlab --variable host=gitlab.example.com --client-id abc
  plugboard provider set company --issuer https://login.example.com --client-id plugboard

The client secret is asked for without showing it, or read from standard input; never from arguments.`;

export function addProviderCommands(program: Command, session: Session): void {
  const { style } = session;
  const provider = program
    .command('provider')
    .description('services that accounts are connected of, and Plugboard’s client there');

  provider
    .command('list')
    .description('list providers')
    .action(async () => {
      const api = await session.api();
      const { providers } = await api.providers.list();
      await session.show({ providers }, () =>
        table(
          style,
          ['provider', 'title', 'ready', 'client id', 'issuer'],
          providers.map((each) => [
            style.name(each.slug),
            plainText(each.title),
            each.ready ? style.good('yes') : 'needs a client',
            plainText(each.client?.clientId ?? ''),
            plainText(each.issuer ?? ''),
          ]),
        ),
      );
    });

  provider
    .command('show <provider>')
    .description('show a provider: how to register there, and what may be asked for')
    .action(async (slug: string) => {
      const api = await session.api();
      const found = await api.providers.get({ provider: slug });
      await session.show(found, () => present(style, found));
    });

  provider
    .command('set <provider>')
    .description('enter Plugboard’s client at a provider, or add a provider by its issuer')
    .option('--client-id <id>', 'as the provider gave it')
    .option('--no-secret', 'the client has no secret')
    .option('--secret-stdin', 'read the client secret from standard input')
    .option('--private-key-stdin', 'read a private key (JWK) from standard input')
    .option('--issuer <url>', 'of a provider that Plugboard has no data of')
    .option('--definition <provider>', 'follow the data of this one, such as gitlab')
    .option('--title <title>', 'a name for people')
    .option('--variable <name=value>', 'what its addresses depend on, may be repeated', collect)
    .option('--scope <scope>', 'asked for by default, may be repeated', collect)
    .option('--allow-private-network', 'let it lie in a private network, and without https')
    .addHelpText('after', setExamples)
    .action(async (slug: string, options: SetOptions) => {
      const secrets = await readSecrets(session, options);
      const api = await session.api();
      const found = await api.providers.set({
        provider: slug,
        ...(options.clientId !== undefined && { clientId: options.clientId }),
        ...secrets,
        ...(options.issuer !== undefined && { issuer: options.issuer }),
        ...(options.definition !== undefined && { definition: options.definition }),
        ...(options.title !== undefined && { title: options.title }),
        ...(options.variable && { variables: variablesOf(options.variable) }),
        ...(options.scope && { scopes: [...options.scope] }),
        ...(options.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
      });
      await session.show(found, () => present(style, found));
    });

  provider
    .command('remove <provider>')
    .description('forget what was set of a provider, with its client')
    .action(async (slug: string) => {
      const api = await session.api();
      const done = await api.providers.remove({ provider: slug });
      await session.show(done, () => `What was set of ${style.name(slug)} is gone.\n`);
    });
}

/** From standard input, or asked for where a client id is given and somebody can be asked. */
async function readSecrets(
  { terminal, json }: Session,
  options: SetOptions,
): Promise<{ clientSecret?: string | null; privateKey?: string }> {
  if (options.secretStdin === true && options.privateKeyStdin === true) {
    throw new CliError('usage', 'Standard input holds one: a secret or a private key.');
  }
  if (options.secretStdin === true) return { clientSecret: await readAll(terminal.stdin) };
  if (options.privateKeyStdin === true) return { privateKey: await readAll(terminal.stdin) };
  if (options.secret === false) return { clientSecret: null };
  if (options.clientId === undefined || json || !canAsk(terminal)) return {};
  const typed = await askSecret(terminal, 'Client secret (Enter for none):');
  return typed === '' ? {} : { clientSecret: typed };
}

async function readAll(stdin: Session['terminal']['stdin']): Promise<string> {
  const value = (await text(stdin)).trim();
  if (value === '') throw new CliError('usage', 'Standard input was empty.');
  return value;
}

function variablesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new CliError('usage', '--variable is written name=value.');
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function present(style: Style, each: ProviderView): string {
  const heading = `${style.name(each.slug)}  ${plainText(each.title)}\n`;
  const facts = [
    each.issuer === undefined ? '' : `issuer        ${plainText(each.issuer)}\n`,
    `redirect URI  ${each.redirectUri}\n`,
    each.client ? `client id     ${plainText(each.client.clientId)}\n` : '',
    ...each.variables.map(
      ({ name, value, about }) =>
        `${name.padEnd(12)}  ${plainText(value ?? '')}  ${style.quiet(plainText(about))}\n`,
    ),
    each.docs === undefined ? '' : `documentation ${each.docs}\n`,
  ].join('');
  const scopes =
    each.scopes.length === 0
      ? ''
      : `\n${table(
          style,
          ['scope', 'risk', 'usual', 'permits to'],
          each.scopes.map((scope) => [
            plainText(scope.name),
            scope.risk,
            scope.usual ? 'yes' : '',
            plainText(scope.about),
          ]),
        )}`;
  const steps = each.setup.map((step, index) => `  ${index + 1}. ${plainText(step)}\n`).join('');
  const setup =
    each.client || steps === ''
      ? ''
      : `\nTo register Plugboard there:\n${steps}\nThen: plugboard provider set ${each.slug} --client-id …\n`;
  return heading + facts + scopes + setup;
}
