import type { CreateCredentialInput, StoredCredential } from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { type FieldOptions, readCredentialFields } from '../credentials/read-fields.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseFuture } from '../values/moment.ts';
import { parseWhole } from '../values/numbers.ts';
import { addBindingCommands } from './credential-bindings.ts';
import { listCredentials, presentCredential } from './credential-report.ts';

interface AddOptions extends FieldOptions {
  readonly kind: CreateCredentialInput['kind'];
  readonly provider?: string;
  readonly mine?: boolean;
  readonly agent?: string;
  readonly label?: string[];
  readonly expires?: string;
  readonly note?: string;
}

interface ReplaceOptions extends FieldOptions {
  readonly destroyOld?: boolean;
  readonly expires?: string;
  readonly note?: string;
}

interface ListOptions {
  readonly kind?: CreateCredentialInput['kind'];
  readonly provider?: string;
  readonly label?: string;
  readonly owner?: 'organization' | 'member' | 'agent';
  readonly mine?: boolean;
  readonly expiring?: number;
  readonly unused?: boolean;
}

const addExamples = `
What is secret is asked for without being shown, or read from standard input, a file or a variable;
never from an argument.

Examples:
  plugboard credential add our-github --provider github
  pass show github | plugboard credential add my-github --provider github --mine
  plugboard credential add shop-db --kind database --from-env DATABASE_URL
  plugboard credential add gcloud --kind service_account --from-file key.json
  plugboard credential add wiki --kind basic --field username=ann
  plugboard credential add aws --kind custom --secret KEY_ID --secret SECRET_KEY=@secret.txt`;

const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
const kinds = ['api_key', 'database', 'service_account', 'basic', 'custom'];

export function addCredentialCommands(program: Command, session: Session): void {
  const { style } = session;
  const credential = program
    .command('credential')
    .description('keys, passwords and accounts that servers are given');

  addFieldOptions(
    credential
      .command('add <name>')
      .description('seal a credential; what is secret in it is never shown again')
      .addOption(new Option('--kind <kind>', 'what it is').choices(kinds).default('api_key'))
      .option('--provider <service>', 'of which service it is, such as github')
      .option('--mine', 'yours alone, instead of the organization’s')
      .option('--agent <agent>', 'an agent’s own')
      .option('--label <label>', 'may be given several times', collect)
      .option('--expires <when>', 'such as 90d or 2030-01-31', parseFuture)
      .option('--note <text>', 'for people who read the versions'),
  )
    .addHelpText('after', addExamples)
    .action(async (name: string, options: AddOptions) => {
      if (options.mine === true && options.agent !== undefined) {
        throw new CliError('usage', 'Give one of --mine and --agent.');
      }
      const fields = await readCredentialFields(options.kind, options, session.terminal);
      const api = await session.api();
      const made = await api.credentials.create({
        name,
        kind: options.kind,
        fields,
        owner:
          options.agent !== undefined
            ? { kind: 'agent', agent: options.agent }
            : { kind: options.mine === true ? 'member' : 'organization' },
        ...(options.provider !== undefined && { provider: options.provider }),
        ...(options.label && { labels: options.label }),
        ...(options.expires !== undefined && { expiresAt: options.expires }),
        ...(options.note !== undefined && { note: options.note }),
      });
      await showStored(session, made, 'is sealed');
    });

  credential
    .command('list')
    .description('list credentials by service, without what is secret in them')
    .argument('[words...]', 'that their names, services or labels have')
    .option('--kind <kind>', `${kinds.join(', ')} or oauth`)
    .option('--provider <service>', 'of one service')
    .option('--label <label>', 'with a label')
    .option('--owner <who>', 'organization, member or agent')
    .option('--mine', 'none but yours')
    .option('--expiring <days>', 'that expire within so many days, or have', parseWhole)
    .option('--unused', 'that fill no slot')
    .action(async (words: string[], options: ListOptions) => {
      const api = await session.api();
      const q = words.join(' ');
      const found = await api.credentials.list({ ...options, ...(q !== '' && { q }) });
      await session.show(found, () => listCredentials(style, found.credentials));
    });

  credential
    .command('show <credential>')
    .description('show what is known of a credential, and what it fills')
    .action(async (ref: string) => {
      const api = await session.api();
      const found = await api.credentials.get({ credential: ref });
      await session.show(found, () => presentCredential(style, found));
    });

  addFieldOptions(
    credential
      .command('replace <credential>')
      .description('put a new version in place; what uses it starts anew with it')
      .option('--destroy-old', 'destroy the versions before, instead of keeping them')
      .option(
        '--expires <when>',
        'such as 90d or 2030-01-31; never for one that does not',
        parseExpiry,
      )
      .option('--note <text>', 'for people who read the versions'),
  ).action(async (ref: string, options: ReplaceOptions) => {
    const api = await session.api();
    const { id, kind, version } = await api.credentials.get({ credential: ref });
    const fields = await readCredentialFields(kind, options, session.terminal);
    const { expires } = options;
    const made = await api.credentials.replace({
      credential: id,
      fields,
      keep: options.destroyOld !== true,
      expectedVersion: version,
      ...(expires !== undefined && {
        expiresAt: expires === 'never' ? null : expires,
      }),
      ...(options.note !== undefined && { note: options.note }),
    });
    await showStored(session, made, `is at version ${made.version}`);
  });

  credential
    .command('versions <credential>')
    .description('list the versions of a credential, newest first')
    .action(async (ref: string) => {
      const api = await session.api();
      const found = await api.credentials.versions({ credential: ref });
      await session.show(found, () =>
        table(
          style,
          ['version', 'made', 'by', 'state', 'note'],
          found.versions.map((each) => [
            String(each.version),
            each.createdAt,
            plainText(each.createdBy?.name ?? 'Plugboard'),
            each.current ? 'current' : each.kept ? 'kept' : 'destroyed',
            plainText(each.note ?? ''),
          ]),
        ),
      );
    });

  credential
    .command('rollback <credential>')
    .description('put what an earlier version held in place again, as a new version')
    .argument('<version>', 'which of the versions', parseWhole)
    .action(async (ref: string, version: number) => {
      const api = await session.api();
      const done = await api.credentials.rollBack({ credential: ref, version });
      await session.show(
        done,
        () => `${style.name(plainText(done.name))} is at version ${done.version}.\n`,
      );
    });

  credential
    .command('test <credential>')
    .description('ask the service whether it accepts a credential')
    .action(async (ref: string) => {
      const api = await session.api();
      const test = await api.credentials.test({ credential: ref });
      await session.show(test, () => `${test.outcome}: ${plainText(test.message)}\n`);
      if (test.outcome === 'refused') throw new CliError('failed', 'The credential is refused.');
    });

  credential
    .command('label <credential> [labels...]')
    .description('set the labels of a credential; none takes all away')
    .action(async (ref: string, labels: string[]) => {
      const api = await session.api();
      const done = await api.credentials.change({ credential: ref, labels });
      await session.show(
        done,
        () => `${style.name(plainText(done.name))}: ${done.labels.join(', ')}\n`,
      );
    });

  credential
    .command('remove <credentials...>')
    .description('destroy credentials with their keys, so that no copy of them can be opened')
    .option('--force', 'also those that fill slots, which are then empty')
    .option('--yes', 'do not ask')
    .action(async (refs: string[], options: { force?: boolean; yes?: boolean }) => {
      const api = await session.api();
      session.note(`${refs.join(', ')} will be destroyed for good.\n`);
      await confirmPlan(session, 'Destroy?', options.yes === true);
      const force = options.force === true;
      const { outcomes } = await api.credentials.bulk({
        action: 'destroy',
        credentials: refs,
        force,
      });
      await session.show({ outcomes }, () =>
        outcomes
          .map(({ credential: ref, message }) => `${plainText(ref)}: ${plainText(message)}\n`)
          .join(''),
      );
      if (outcomes.some(({ ok }) => !ok)) throw new CliError('failed', 'Not all were destroyed.');
    });

  addBindingCommands(credential, session);
}

function parseExpiry(text: string): string {
  return text === 'never' ? text : parseFuture(text);
}

function addFieldOptions(command: Command): Command {
  return command
    .option('--from-file <file>', 'read what is secret from a file')
    .option('--from-env <name>', 'read what is secret from an environment variable')
    .option('--field <name=value>', 'a field that is no secret, such as username=ann', collect)
    .option('--secret <name>', 'a secret field, from the environment or NAME=@file', collect);
}

async function showStored(session: Session, made: StoredCredential, what: string): Promise<void> {
  const { style } = session;
  await session.show(made, () => {
    const service = made.provider === undefined ? '' : ` (${made.provider})`;
    return `${style.name(plainText(made.name))}${service} ${what}.\n`;
  });
  for (const advice of made.advice) session.note(`${plainText(advice)}\n`);
}
