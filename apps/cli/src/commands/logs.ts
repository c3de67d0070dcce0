import type { LogLine } from '@plugboard/contracts/api';
import { type Command, InvalidArgumentError } from 'commander';

import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';
import { parsePast } from '../values/moment.ts';
import { parseWhole } from '../values/numbers.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly tail: number;
  readonly since?: string;
  readonly grep?: RegExp;
}

export function addLogsCommand(program: Command, session: Session): void {
  program
    .command('logs <server>')
    .description('show what a server wrote, and how it started and stopped')
    .option('-f, --follow', 'go on with lines to come')
    .option('--tail <lines>', 'at most so many last lines', parseWhole, 200)
    .option('--since <when>', 'only lines since: 10m, 2h, or a date', parsePast)
    .option('--grep <pattern>', 'only lines that match a regular expression', parsePattern)
    .action(async (server: string, options: LogsOptions) => {
      const api = await session.api();
      const lines = await api.instances.logs({
        instance: server,
        tail: options.tail,
        follow: options.follow === true,
      });
      let shown = 0;
      for await (const line of lines) {
        if (!matches(line, options)) continue;
        shown += 1;
        await session.showLine(line, () => present(line, session));
      }
      if (shown === 0) session.note(`No line of ${server} matches; it writes when it runs.\n`);
    });
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('Give a regular expression, such as "error|warn".');
  }
}

function matches({ at, text }: LogLine, { since, grep }: LogsOptions): boolean {
  return (since === undefined || Date.parse(at) >= Date.parse(since)) && (grep?.test(text) ?? true);
}

function present({ at, source, text }: LogLine, { style }: Session): string {
  const line = plainText(text);
  return `${style.quiet(at)} ${source === 'plugboard' ? style.name(line) : line}\n`;
}
