import type { Level } from '@plugboard/contracts';
import type { ApiClient, Grant } from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { findOffering } from '../api/find-offering.ts';
import { CliError } from '../cli-error.ts';
import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseFuture } from '../values/moment.ts';

interface AddOptions {
  readonly toolbox?: string;
  readonly server?: string;
  readonly tool?: string;
  readonly prompt?: string;
  readonly resource?: string;
  readonly level: Level;
  readonly deny?: boolean;
  readonly expires?: string;
}

type Target = Parameters<ApiClient['grants']['create']>[0]['target'];

export function addGrantCommands(program: Command, session: Session): void {
  const { style } = session;
  const grant = program.command('grant').description('what agents may use');

  grant
    .command('add <agent>')
    .description('allow an agent a toolbox, a server or one tool; or deny it')
    .option('--toolbox <toolbox>', 'everything in a toolbox')
    .option('--server <server>', 'everything of a server')
    .option('--tool <tool>', 'one tool, such as memory__read_graph')
    .option('--prompt <prompt>', 'one prompt; with --server, by its own name')
    .option('--resource <uri>', 'one resource of --server')
    .addOption(
      new Option('--level <level>', 'what needs this level or less; with --deny, this or more')
        .choices(['read', 'write', 'execute', 'admin'])
        .default('read'),
    )
    .option('--deny', 'forbid it, whatever else allows it')
    .option('--expires <when>', 'when it ends: 7d, 12h, or a date (default: never)', parseFuture)
    .action(async (agent: string, options: AddOptions) => {
      const api = await session.api();
      const made = await api.grants.create({
        agent,
        target: await readTarget(api, options),
        level: options.level,
        effect: options.deny === true ? 'deny' : 'allow',
        ...(options.expires !== undefined && { expiresAt: options.expires }),
      });
      await session.show(
        made,
        () =>
          `${style.name(made.agent.slug)}: ${presentRule(made)}\n` +
          style.quiet(`See what it may use: plugboard tools --agent ${made.agent.slug}\n`),
      );
    });

  grant
    .command('list')
    .description('list grants')
    .option('--agent <agent>', 'of one agent alone')
    .action(async (options: { agent?: string }) => {
      const api = await session.api();
      const { grants } = await api.grants.list(options);
      await session.show({ grants }, () =>
        grants.length === 0
          ? 'There is no grant. Make one: plugboard grant add <agent> --toolbox starter --level read\n'
          : table(
              style,
              ['id', 'agent', 'rule', 'expires'],
              grants.map((each) => [
                each.id,
                style.name(each.agent.slug),
                each.effect === 'deny' ? style.bad(presentRule(each)) : presentRule(each),
                each.expired ? style.bad('expired') : presentMoment(each.expiresAt) || 'never',
              ]),
            ),
      );
    });

  grant
    .command('revoke <grant-id>')
    .description('take a grant back; open sessions hear of it within a second')
    .action(async (id: string) => {
      const api = await session.api();
      const done = await api.grants.revoke({ grant: id });
      await session.show(done, () => 'The grant is gone.\n');
    });
}

async function readTarget(api: ApiClient, options: AddOptions): Promise<Target> {
  const { toolbox, server, tool, prompt, resource } = options;
  const named = [toolbox, tool, prompt, resource].filter((value) => value !== undefined);
  if (named.length > 1 || (toolbox !== undefined && server !== undefined)) {
    throw new CliError('usage', 'A grant is about one thing: a toolbox, a server or one tool.');
  }
  if (toolbox !== undefined) return { scope: 'toolbox', toolbox };
  if (tool !== undefined) {
    return { scope: 'offering', ...(await findOffering(api, 'tool', tool, server)) };
  }
  if (prompt !== undefined) {
    return { scope: 'offering', ...(await findOffering(api, 'prompt', prompt, server)) };
  }
  if (resource !== undefined && server !== undefined) {
    return { scope: 'offering', instance: server, kind: 'resource', name: resource };
  }
  if (server !== undefined) return { scope: 'instance', instance: server };
  throw new CliError('usage', 'Say what the grant is about.', {
    cure: 'one of --toolbox starter, --server memory, --tool memory__read_graph, --server docs --resource <uri>',
  });
}

function presentRule({ effect, level, target }: Grant): string {
  const what = effect === 'allow' ? `allow ${level}` : `deny ${level} and more`;
  switch (target.scope) {
    case 'toolbox':
      return `${what} in toolbox ${target.toolbox.slug}`;
    case 'instance':
      return `${what} on server ${target.instance.slug}`;
    case 'offering':
      return `${what} on ${target.kind} ${target.instance.slug} ${plainText(target.name)}`;
  }
}
