import type { Command } from 'commander';

import { plainText } from '../output/plain-text.ts';
import { presentMoment } from '../output/moments.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { addAgentClientCommands } from './agent-client.ts';
import { addAgentTokenCommands } from './agent-token.ts';

export function addAgentCommands(program: Command, session: Session): void {
  const { style } = session;
  const agent = program.command('agent').description('AI clients and their tokens');

  agent
    .command('create <slug>')
    .description('create an agent; it may use nothing until it is granted something')
    .option('--name <name>', 'a name for people')
    .option('--owner <member-id>', "a member whose own it is (default: the organization's)")
    .action(async (slug: string, { name, owner }: { name?: string; owner?: string }) => {
      const api = await session.api();
      const made = await api.agents.create({
        slug,
        ...(name !== undefined && { name }),
        ...(owner !== undefined && { memberId: owner }),
      });
      await session.show(
        made,
        () =>
          `Agent ${style.name(made.slug)} is there. It may use nothing yet. Next:\n` +
          style.quiet(
            `  plugboard grant add ${made.slug} --toolbox starter --level read\n` +
              `  plugboard agent token create ${made.slug}\n`,
          ),
      );
    });

  agent
    .command('list')
    .description('list agents')
    .action(async () => {
      const api = await session.api();
      const { agents } = await api.agents.list();
      await session.show({ agents }, () =>
        agents.length === 0
          ? 'There is no agent. Make one: plugboard agent create my-agent\n'
          : table(
              style,
              ['agent', 'tokens', 'grants', 'last seen', 'name'],
              agents.map((each) => [
                style.name(each.slug),
                String(each.tokens),
                String(each.grants),
                presentMoment(each.lastSeenAt) || 'never',
                plainText(each.name),
              ]),
            ),
      );
    });

  agent
    .command('revoke <agent>')
    .description('remove an agent with its tokens, grants and open sessions')
    .action(async (name: string) => {
      const api = await session.api();
      const done = await api.agents.revoke({ agent: name });
      await session.show(
        done,
        () => `Agent ${style.name(name)} is gone; its sessions are closed.\n`,
      );
    });

  addAgentTokenCommands(agent, session);
  addAgentClientCommands(agent, session);
}
