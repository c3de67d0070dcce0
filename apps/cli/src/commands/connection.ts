import { setTimeout as delay } from 'node:timers/promises';

import type { BegunConnection, ConnectionView } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface AddOptions {
  readonly for?: string;
  readonly scope?: readonly string[];
  readonly name?: string;
  readonly resource?: string;
  readonly instance?: string;
  readonly grant?: 'authorization_code' | 'client_credentials' | 'jwt_bearer';
  readonly identity?: string;
  readonly allowPrivateNetwork?: boolean;
  readonly wait?: boolean;
}

const addExamples = `
Examples:
  plugboard connection add github
  plugboard connection add https://mcp.example.com/mcp --for organization
  plugboard connection add google --scope openid --scope https://www.googleapis.com/auth/calendar.readonly
  plugboard connection add billing --grant client_credentials --for organization

A page of Plugboard opens in your browser: it shows what would be permitted before anything is asked.`;

/** How often it is asked whether the person has come back, in milliseconds. */
const everyMs = 1000;

export function addConnectionCommands(program: Command, session: Session): void {
  const { style } = session;
  const connection = program
    .command('connection')
    .description('accounts at other services, connected by signing in there');

  connection
    .command('list')
    .description('list connections')
    .option('--needs-sign-in', 'those alone that a person has to sign in for')
    .option('--mine', 'your own alone')
    .action(async (options: { needsSignIn?: boolean; mine?: boolean }) => {
      const api = await session.api();
      const { connections } = await api.connections.list({
        ...(options.needsSignIn === true && { state: 'needs_sign_in' }),
        ...(options.mine === true && { mine: true }),
      });
      await session.show({ connections }, () => {
        if (connections.length > 0) return listing(style, connections);
        return options.needsSignIn === true
          ? 'Nothing needs sign-in.\n'
          : 'Nothing is connected. Connect an account: plugboard connection add github\n';
      });
    });

  connection
    .command('show <connection>')
    .description('show a connection: whose account, what it may, who uses it')
    .action(async (ref: string) => {
      const api = await session.api();
      const found = await api.connections.get({ connection: ref });
      await session.show(found, () => present(style, found));
    });

  connection
    .command('add <provider-or-url>')
    .description('connect an account of a provider, or of a server by its URL')
    .option('--for <whom>', 'me, organization, or agent:<slug> (default: me)')
    .option('--scope <scope>', 'what to ask for, may be repeated (default: the usual)', collect)
    .option('--name <name>', 'a name for it')
    .option('--resource <url>', 'the server that the provider’s tokens are for')
    .option('--instance <instance>', 'the instance that it is for; it is filled with it')
    .option('--grant <grant>', 'authorization_code, client_credentials or jwt_bearer')
    .option('--identity <connection>', 'for jwt_bearer: your connection to the identity provider')
    .option('--allow-private-network', 'let it lie in a private network, and without https')
    .option('--no-wait', 'print the address and do not wait')
    .addHelpText('after', addExamples)
    .action(async (what: string, options: AddOptions) => {
      const api = await session.api();
      const isUrl = /^https?:\/\//i.test(what);
      const begun = await api.connections.begin({
        ...(isUrl ? { resource: what } : { provider: what }),
        ...(options.resource !== undefined && { resource: options.resource }),
        ...(options.instance !== undefined && { instance: options.instance }),
        owner: ownerOf(options.for ?? 'me'),
        ...(options.scope && { scopes: [...options.scope] }),
        ...(options.name !== undefined && { name: options.name }),
        ...(options.grant !== undefined && { grant: options.grant }),
        ...(options.identity !== undefined && { identity: options.identity }),
        ...(options.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
      });
      await goOn(session, begun, options.wait !== false);
    });

  connection
    .command('reconnect <connection>')
    .description('sign in anew; what it fills stays as it is')
    .option('--scope <scope>', 'ask for this too, may be repeated', collect)
    .option('--no-wait', 'print the address and do not wait')
    .action(async (ref: string, options: Pick<AddOptions, 'scope' | 'wait'>) => {
      const api = await session.api();
      const begun = await api.connections.reconnect({
        connection: ref,
        ...(options.scope && { scopes: [...options.scope] }),
      });
      await goOn(session, begun, options.wait !== false);
    });

  connection
    .command('remove <connection>')
    .description('revoke it at its provider and destroy its tokens')
    .option('--yes', 'do it without asking')
    .action(async (ref: string, options: { yes?: boolean }) => {
      const api = await session.api();
      const found = await api.connections.get({ connection: ref });
      session.note(present(style, found));
      await confirmPlan(session, 'Revoke it and destroy its tokens?', options.yes === true);
      const done = await api.connections.remove({ connection: found.id });
      await session.show(done, () =>
        done.revoked === 'revoked'
          ? `${style.name(plainText(found.name))} is revoked and gone.\n`
          : `${style.name(plainText(found.name))} is gone. ${plainText(done.message ?? '')}\n`,
      );
    });

  connection
    .command('allow <connection> <agent>')
    .description('let an agent use your connection when it acts for you')
    .action(async (ref: string, agent: string) => {
      const api = await session.api();
      const found = await api.connections.allow({ connection: ref, agent });
      await session.show(found, () => `${style.name(agent)} may use ${plainText(found.name)}.\n`);
    });

  connection
    .command('deny <connection> <agent>')
    .description('let an agent use your connection no more')
    .action(async (ref: string, agent: string) => {
      const api = await session.api();
      const found = await api.connections.deny({ connection: ref, agent });
      await session.show(
        found,
        () => `${style.name(agent)} may use ${plainText(found.name)} no more.\n`,
      );
    });
}

/** Shows where a person goes on, and waits until they have. */
export async function goOn(
  session: Session,
  begun: BegunConnection,
  wait: boolean,
): Promise<ConnectionView | undefined> {
  const { style } = session;
  if (begun.connection) {
    const { connection } = begun;
    await session.show(connection, () => `Connected.\n${present(style, connection)}`);
    return connection;
  }
  if (!wait) {
    await session.show(begun, () => `${begun.authorizeUrl ?? ''}\n`);
    return undefined;
  }
  session.note(`Open this in your browser, signed in to Plugboard:\n\n  ${begun.authorizeUrl}\n\n`);
  const api = await session.api();
  for (;;) {
    const request = await api.connections.request({ request: begun.requestId });
    if (request.state === 'connected' && request.connection) {
      const { connection } = request;
      await session.show(connection, () => `Connected.\n${present(style, connection)}`);
      return connection;
    }
    if (request.state !== 'waiting') {
      throw new CliError(
        'failed',
        request.problem?.message ?? 'Nobody signed in in time. Begin again.',
        { code: request.problem?.code ?? request.state },
      );
    }
    await delay(everyMs);
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function ownerOf(
  whom: string,
): { kind: 'organization' } | { kind: 'member' } | { kind: 'agent'; agent: string } {
  if (whom === 'me') return { kind: 'member' };
  if (whom === 'organization') return { kind: 'organization' };
  const [, agent] = /^agent:(.+)$/.exec(whom) ?? [];
  if (agent === undefined) {
    throw new CliError('usage', '--for is me, organization, or agent:<slug>.');
  }
  return { kind: 'agent', agent };
}

function listing(style: Style, connections: readonly ConnectionView[]): string {
  return table(
    style,
    ['name', 'account', 'for', 'state', 'blocked calls', 'refreshed', 'id'],
    connections.map((each) => [
      style.name(plainText(each.name)),
      plainText(each.account?.name ?? ''),
      plainText(each.owner.name),
      each.state === 'connected' ? style.good('connected') : style.bad('needs sign-in'),
      each.blockedCalls === 0 ? '' : String(each.blockedCalls),
      presentMoment(each.refreshedAt),
      each.id,
    ]),
  );
}

function present(style: Style, each: ConnectionView): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['name', each.name],
    ['id', each.id],
    ['state', each.state === 'connected' ? 'connected' : 'needs sign-in'],
    ['why', each.reason?.message],
    ['who must sign in', each.signIn && `${each.signIn.by.name}, at ${each.signIn.url}`],
    ['asked for besides', each.wantedScopes.length === 0 ? undefined : each.wantedScopes.join(' ')],
    ['blocked calls', each.blockedCalls === 0 ? undefined : String(each.blockedCalls)],
    ['account', each.account?.name],
    ['for', `${each.owner.name} (${each.owner.kind})`],
    ['server', each.resource],
    ['signs in at', each.issuer],
    ['may', each.scopes.join(' ') || undefined],
    ['agents', each.agents?.map(({ slug }) => slug).join(', ') || undefined],
    ['fills', each.instances.map(({ slug, slot }) => `${slug} ${slot}`).join(', ') || undefined],
    ['access ends', each.accessExpiresAt && presentMoment(each.accessExpiresAt)],
  ];
  const shown = lines.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown
    .map(([label, value]) => `${style.quiet(label.padEnd(width))}  ${plainText(value ?? '')}\n`)
    .join('');
}
