import type { AccessDecision, ApiClient, OfferingView } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface ToolsOptions {
  readonly agent?: string;
  readonly all?: boolean;
}

export function addToolsCommand(program: Command, session: Session): void {
  program
    .command('tools')
    .description('list the tools of all servers, or those an agent may use')
    .option('--agent <agent>', 'what this agent may use, and why')
    .option('--all', 'with --agent: also what it may not use')
    .action(async (options: ToolsOptions) => {
      const api = await session.api();
      if (options.agent === undefined) await listAll(api, session);
      else await listFor(options.agent, options.all === true, api, session);
    });
}

async function listFor(
  agent: string,
  all: boolean,
  api: ApiClient,
  session: Session,
): Promise<void> {
  const answer = await api.access.tools({ agent, all });
  await session.show(answer, () =>
    answer.tools.length === 0
      ? `${agent} may use nothing. Grant it something: plugboard grant add ${agent} --toolbox starter --level read\n`
      : table(
          session.style,
          ['tool', 'kind', 'needs', 'access'],
          answer.tools.map((each) => decisionRow(each, session)),
        ),
  );
}

function decisionRow(each: AccessDecision, { style }: Session): string[] {
  return [
    style.name(plainText(each.exposedName ?? `${each.instance} ${each.name}`)),
    each.kind,
    each.level,
    (each.allowed ? style.good : style.bad)(plainText(each.explanation)),
  ];
}

async function listAll(api: ApiClient, session: Session): Promise<void> {
  const { instances } = await api.instances.list();
  const lists = await Promise.all(
    instances.map(({ slug }) => api.offerings.list({ instance: slug, kind: 'tool' })),
  );
  const tools = lists.flatMap(({ instance, offerings }) =>
    offerings.map((offering) => ({ instance, ...offering })),
  );
  await session.show({ tools }, () =>
    tools.length === 0
      ? 'There is no tool yet. Add a server: plugboard server add memory\n'
      : presentOfferings(tools, session),
  );
}

/** A table of tools with the level each needs and the beginning of what it says of itself. */
export function presentOfferings(
  tools: readonly (OfferingView & { readonly instance: string })[],
  { style }: Session,
): string {
  return table(
    style,
    ['tool', 'needs', 'about'],
    tools.map((each) => [
      style.name(plainText(each.exposedName ?? `${each.instance} ${each.name}`)),
      each.overridden ? `${each.level} (set)` : each.level,
      firstSentence(each.title ?? each.description ?? ''),
    ]),
  );
}

function firstSentence(text: string): string {
  const sentence = text.split(/(?<=\.)\s|\n/, 1)[0] ?? '';
  return plainText(sentence.length > 80 ? `${sentence.slice(0, 79)}…` : sentence);
}
