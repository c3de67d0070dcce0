import type { BindingView, InstanceCredentials } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { presentAccounts } from './credential-report.ts';

interface BindOptions {
  readonly place?: BindingView['place'];
  readonly template?: string;
  readonly agent?: string;
}

const bindExamples = `
A member's own credential is used for that member's calls alone, an agent's for that agent's.

Examples:
  plugboard credential bind github GITHUB_PERSONAL_ACCESS_TOKEN our-github
  plugboard credential bind my-remote Authorization our-key --template "Token {key}"
  plugboard credential bind gcloud GOOGLE_APPLICATION_CREDENTIALS gcloud --place file`;

/** `plugboard credential bind|unbind|confirm|mine`. */
export function addBindingCommands(credential: Command, session: Session): void {
  const { style } = session;

  credential
    .command('bind <instance> <slot> <credential>')
    .description('fill a variable, header or file of a server with a credential')
    .option('--place <place>', 'env, header, file or descriptor')
    .option('--template <text>', 'what is put there, with {field} for fields of the credential')
    .option('--agent <agent>', 'for the calls of one agent')
    .addHelpText('after', bindExamples)
    .action(async (instance: string, slot: string, ref: string, options: BindOptions) => {
      const { place, template, agent } = options;
      const api = await session.api();
      const bound = await api.credentials.bindings.put({
        instance,
        slot,
        credential: ref,
        ...(place !== undefined && { place }),
        ...(template !== undefined && { template }),
        ...(agent !== undefined && { for: { kind: 'agent', agent } }),
      });
      await session.show(
        bound,
        () =>
          `${style.name(plainText(bound.credential.name))} fills ${bound.slot} of ${bound.instance.slug} for ${plainText(bound.for.name)}.\n`,
      );
    });

  credential
    .command('unbind <instance> <slot>')
    .description('empty a slot; what ran with it stops')
    .option('--mine', 'what you filled for yourself')
    .option('--agent <agent>', 'what is filled for one agent')
    .action(async (instance: string, slot: string, options: { mine?: boolean; agent?: string }) => {
      const { mine, agent } = options;
      if (mine === true && agent !== undefined) {
        throw new CliError('usage', 'Give one of --mine and --agent.');
      }
      const api = await session.api();
      const done = await api.credentials.bindings.remove({
        instance,
        slot,
        for: agent !== undefined ? 'agent' : mine === true ? 'member' : 'organization',
        ...(agent !== undefined && { agent }),
      });
      await session.show(done, () => `${slot} of ${style.name(instance)} is empty.\n`);
    });

  credential
    .command('confirm <instance>')
    .description('let a server that was changed have again what you lent it')
    .option('--agent <agent>', 'what is lent for one agent')
    .option('--yes', 'without asking')
    .action(async (instance: string, options: { agent?: string; yes?: boolean }) => {
      const { agent, yes } = options;
      const api = await session.api();
      const { destination, changes } = await waitingChanges(api, instance, agent);
      if (changes.length === 0) {
        await session.show(
          { confirmed: [] },
          () => `${style.name(instance)} waits for no confirmation.\n`,
        );
        return;
      }
      const said = changes.map((change) => `  ${plainText(change)}\n`).join('');
      session.terminal.err(
        `${instance} was changed since it was lent the account, which goes to ${plainText(destination.name)}:\n${said}`,
      );
      await confirmPlan(session, `Lend it to ${instance} as it is now?`, yes === true);
      const done = await api.credentials.bindings.confirm({
        instance,
        destination: destination.digest,
        ...(agent !== undefined && { agent }),
      });
      await session.show(
        done,
        () => `${style.name(instance)} is given ${done.confirmed.join(', ')} again.\n`,
      );
    });

  credential
    .command('mine')
    .description('what you have to provide before your calls can use servers')
    .action(async () => {
      const api = await session.api();
      const found = await api.credentials.bindings.mine();
      await session.show(found, () => presentAccounts(style, found.accounts));
    });
}

/** `plugboard server credentials|account`. */
export function addServerCredentialCommands(server: Command, session: Session): void {
  server
    .command('credentials <instance>')
    .description('whose account a server uses, its slots for secrets, and what fills each')
    .option('--refresh', 'open them anew and restart what runs with them')
    .action(async (instance: string, { refresh }: { refresh?: boolean }) => {
      const api = await session.api();
      if (refresh === true) {
        const done = await api.credentials.bindings.refresh({ instance });
        await session.show(done, () => `${done.restarted} running copies start anew.\n`);
        return;
      }
      const found = await api.credentials.bindings.list({ instance });
      await session.show(found, () => presentSlots(session, found));
    });

  server
    .command('account <instance> <whose>')
    .description('whose account calls use: organization, member or agent')
    .option(
      '--slot <name>',
      'a variable or header that each provides, besides what the catalog names',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .action(async (instance: string, whose: string, { slot }: { slot?: string[] }) => {
      if (whose !== 'organization' && whose !== 'member' && whose !== 'agent') {
        throw new CliError('usage', 'An account is organization, member or agent.');
      }
      const api = await session.api();
      const found = await api.credentials.bindings.setAccount({
        instance,
        account: whose,
        ...(slot && { slots: slot.map((name) => ({ slot: name })) }),
      });
      await session.show(found, () => presentSlots(session, found));
    });
}

/** What was changed of a server since it was lent one's own account, or an agent's. */
async function waitingChanges(
  api: Awaited<ReturnType<Session['api']>>,
  instance: string,
  agent: string | undefined,
) {
  if (agent === undefined) {
    const { destination, slots } = await api.credentials.bindings.accounts({ instance });
    return { destination, changes: distinct(slots.flatMap(({ changes }) => changes ?? [])) };
  }
  const { destination, slots } = await api.credentials.bindings.list({ instance });
  const theirs = slots
    .flatMap(({ bindings }) => bindings)
    .filter((each) => each.for.kind === 'agent' && [each.for.id, each.for.name].includes(agent));
  return { destination, changes: distinct(theirs.flatMap(({ changes }) => changes ?? [])) };
}

const distinct = (texts: readonly string[]) => [...new Set(texts)];

function presentSlots(
  { style }: Session,
  { instance, account, slots }: InstanceCredentials,
): string {
  const uses = {
    organization: 'one account for everybody',
    member: "each member's own account",
    agent: "each agent's own account",
  };
  const head = `${style.name(instance.slug)} uses ${uses[account]}.\n`;
  if (slots.length === 0) return `${head}It has no slots for secrets.\n`;
  const rows = slots.map(({ slot, place, of, required, inline, bindings }) => [
    slot,
    place,
    of,
    bindings.length > 0
      ? bindings
          .map((each) => {
            const waits = each.changes ? ', waits for confirmation' : '';
            return `${plainText(each.credential.name)} (${plainText(each.for.name)}${waits})`;
          })
          .join(', ')
      : inline
        ? 'sealed in the server'
        : required
          ? 'missing'
          : '',
  ]);
  return head + table(style, ['slot', 'place', 'by', 'filled with'], rows);
}
