import type { Command } from 'commander';

import { plainText } from '../output/plain-text.ts';
import { presentMoment } from '../output/moments.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseFuture } from '../values/moment.ts';

interface CreateOptions {
  readonly name?: string;
  readonly expires?: string;
}

export function addAgentTokenCommands(agent: Command, session: Session): void {
  const { style } = session;
  const token = agent.command('token').description('tokens of an agent');

  token
    .command('create <agent>')
    .description('create a token; it is shown this once')
    .option('--name <name>', 'what it is for')
    .option('--expires <when>', 'when it ends: 7d, 12h, or a date (default: never)', parseFuture)
    .action(async (name: string, options: CreateOptions) => {
      const api = await session.api();
      const made = await api.agents.tokens.create({
        agent: name,
        ...(options.name !== undefined && { name: options.name }),
        ...(options.expires !== undefined && { expiresAt: options.expires }),
      });
      session.note(
        style.quiet(`Keep it now, it is not shown again. Connect a client: plugboard connect\n`),
      );
      await session.show(made, () => `${made.token}\n`);
    });

  token
    .command('list <agent>')
    .description('list the tokens of an agent, and what clients obtained by OAuth')
    .action(async (name: string) => {
      const api = await session.api();
      const { tokens } = await api.agents.tokens.list({ agent: name });
      await session.show({ tokens }, () =>
        tokens.length === 0
          ? `${name} has no token. Make one: plugboard agent token create ${name}\n`
          : table(
              style,
              ['id', 'token', 'state', 'created', 'last used', 'expires', 'name'],
              tokens.map((each) => [
                each.id,
                each.kind === 'oauth' ? 'oauth' : `…${each.hint}`,
                each.state === 'active' ? style.good(each.state) : style.bad(each.state),
                presentMoment(each.createdAt),
                presentMoment(each.lastUsedAt) || 'never',
                presentMoment(each.expiresAt) || 'never',
                plainText(each.name),
              ]),
            ),
      );
    });

  token
    .command('revoke <agent> <token-id>')
    .description('revoke a token, at once on open sessions too')
    .action(async (name: string, id: string) => {
      const api = await session.api();
      const done = await api.agents.tokens.revoke({ agent: name, token: id });
      await session.show(done, () => `The token is revoked; its sessions are closed.\n`);
    });
}
