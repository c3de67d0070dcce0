import type { Instance } from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { findOffering } from '../api/find-offering.ts';
import { presentBytes } from '../output/bytes.ts';
import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { addServerCredentialCommands } from './credential-bindings.ts';
import { addServerAddCommand } from './server-add.ts';
import { addServerVersionCommands } from './server-versions.ts';
import { presentOfferings } from './tools.ts';

export function addServerCommands(program: Command, session: Session): void {
  const { style } = session;
  const server = program.command('server').description('MCP servers: install, look after, remove');

  addServerAddCommand(server, session);
  addServerVersionCommands(server, session);
  addServerCredentialCommands(server, session);

  server
    .command('list')
    .description('list servers and how they are')
    .option('--toolbox <toolbox>', 'of one toolbox alone')
    .action(async (options: { toolbox?: string }) => {
      const api = await session.api();
      const { instances } = await api.instances.list(options);
      await session.show({ instances }, () =>
        instances.length === 0
          ? 'There is no server. Add one: plugboard server add memory\n'
          : table(
              style,
              ['server', 'toolbox', 'state', 'version', 'MCP', 'tools', 'memory', 'last used'],
              instances.map((each) => instanceRow(each, style)),
            ),
      );
    });

  server
    .command('remove <server>')
    .description('stop a server and remove it with its folders and the grants on it')
    .action(async (name: string) => {
      const api = await session.api();
      const done = await api.instances.remove({ instance: name });
      await session.show(done, () => `Server ${style.name(name)} is gone.\n`);
    });

  server
    .command('restart <server>')
    .description('stop a server and start it again')
    .action(async (name: string) => {
      const api = await session.api();
      const instance = await api.instances.restart({ instance: name });
      await session.show(instance, () => `${style.name(name)}: ${presentState(instance, style)}\n`);
    });

  server
    .command('stop <server>')
    .description('stop a server until somebody starts it: it offers nothing until then')
    .action(async (name: string) => {
      const api = await session.api();
      const instance = await api.instances.stop({ instance: name });
      await session.show(instance, () => `${style.name(name)}: ${presentState(instance, style)}\n`);
    });

  server
    .command('start <server>')
    .description('start a server that was stopped')
    .action(async (name: string) => {
      const api = await session.api();
      const instance = await api.instances.start({ instance: name });
      await session.show(instance, () => `${style.name(name)}: ${presentState(instance, style)}\n`);
    });

  server
    .command('test <server>')
    .description('start a server if it sleeps, and ask it something')
    .action(async (name: string) => {
      const api = await session.api();
      const answer = await api.instances.test({ instance: name });
      await session.show(answer, () => {
        const { serverInfo, startMs, pingMs, offers, protocolVersion } = answer;
        const who = serverInfo
          ? `${plainText(serverInfo.name)} ${plainText(serverInfo.version)}`
          : style.name(name);
        return (
          `${style.good('works')}: ${who}, MCP ${plainText(protocolVersion)}\n` +
          `ready after ${Math.round(startMs)} ms, answers in ${pingMs.toFixed(1)} ms, ${offers.tools} tools\n`
        );
      });
    });

  server
    .command('tools <server>')
    .description('list what a server offers, with the level each needs')
    .action(async (name: string) => {
      const api = await session.api();
      const answer = await api.offerings.list({ instance: name });
      await session.show(answer, () =>
        answer.offerings.length === 0
          ? `${name} offers nothing.\n`
          : presentOfferings(
              answer.offerings.map((each) => ({ instance: name, ...each })),
              session,
            ),
      );
    });

  server
    .command('level <server> <tool> [level]')
    .description("set the level that a tool needs; without one, go back to the server's own")
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['tool', 'prompt', 'resource', 'resource_template'])
        .default('tool'),
    )
    .action(setLevel(session));
}

function setLevel(session: Session) {
  return async (
    instance: string,
    name: string,
    level: 'read' | 'write' | 'execute' | 'admin' | undefined,
    { kind }: { kind: 'tool' | 'prompt' | 'resource' | 'resource_template' },
  ): Promise<void> => {
    const api = await session.api();
    const found = await findOffering(api, kind, name, instance);
    const set =
      level === undefined
        ? await api.offerings.resetLevel(found)
        : await api.offerings.setLevel({ ...found, level });
    await session.show(
      set,
      () => `${session.style.name(plainText(set.name))} needs ${set.level}.\n`,
    );
  };
}

function instanceRow(instance: Instance, style: Style): string[] {
  const { state, offers } = instance;
  return [
    style.name(instance.slug),
    instance.toolbox.slug,
    presentState(instance, style),
    plainText(instance.version),
    plainText(instance.protocolVersion ?? ''),
    String(offers.tools),
    state.memoryBytes === undefined ? '' : presentBytes(state.memoryBytes),
    presentMoment(instance.lastUsedAt) || 'never',
  ];
}

function presentState({ state }: Instance, style: Style): string {
  switch (state.name) {
    case 'ready':
      return style.good('ready');
    case 'failing':
      return style.bad(`failing: ${plainText(state.reason ?? 'no reason given')}`);
    case 'stopped':
      return style.quiet('stopped until started');
    case 'starting':
    case 'sleeping':
      return style.quiet(state.name);
  }
}
