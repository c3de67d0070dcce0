import type { OfferingKind } from '@plugboard/contracts';
import { type Command, Option } from 'commander';

import { AnsweredFailure } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';

interface CanOptions {
  readonly server?: string;
  readonly kind: OfferingKind;
}

export function addCanCommand(program: Command, session: Session): void {
  program
    .command('can <agent> <tool>')
    .description('say whether an agent may use a tool, and why; exits with 4 when not')
    .option('--server <server>', 'the server, when the tool is given by its own name')
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['tool', 'prompt', 'resource', 'resource_template'])
        .default('tool'),
    )
    .action(async (agent: string, name: string, { server, kind }: CanOptions) => {
      const { style } = session;
      const api = await session.api();
      const decision = await api.access.check({
        agent,
        name,
        kind,
        ...(server !== undefined && { instance: server }),
      });
      await session.show(decision, () => {
        const paint = decision.allowed ? style.good : style.bad;
        const grant =
          decision.grantId === undefined ? '' : style.quiet(`grant ${decision.grantId}\n`);
        return `${paint(plainText(decision.explanation))}\n${grant}`;
      });
      if (!decision.allowed) throw new AnsweredFailure('refused');
    });
}
