import type { ApiClient, CallResult } from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { AnsweredFailure, CliError } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';
import { parseCallArguments } from '../values/call-arguments.ts';
import { parseDuration } from '../values/moment.ts';

interface CallOptions {
  readonly agent?: string;
  readonly server?: string;
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly timeout?: number;
}

export function addCallCommand(program: Command, session: Session): void {
  program
    .command('call <tool> [arguments...]')
    .description(
      'call a tool, get a prompt or read a resource as an agent: decided and audited as any call of it',
    )
    .option('--agent <agent>', 'as which agent (default: the only one)')
    .option('--server <server>', 'the server, when the tool is given by its own name')
    .addOption(
      new Option('--kind <kind>', 'what it is that is named; a resource by its URI')
        .choices(['tool', 'prompt', 'resource'])
        .default('tool'),
    )
    .option('--timeout <time>', 'give up after this long, such as 30s', parseDuration)
    .addHelpText(
      'after',
      `
Arguments are one JSON object, - for one on stdin, or key=value pairs:
  plugboard call everything__echo message=hello
  plugboard call everything__get-sum '{"a": 1, "b": 2}'`,
    )
    .action(async (name: string, given: string[], options: CallOptions) => {
      const callArguments = await parseCallArguments(given, session.terminal);
      const api = await session.api();
      const answer = await api.calls.create({
        agent: options.agent ?? (await onlyAgent(api)),
        kind: options.kind,
        name,
        arguments: callArguments,
        ...(options.server !== undefined && { instance: options.server }),
        ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
      });
      await session.show(answer, () => present(answer, session));
      if (answer.outcome !== 'ok') throw new AnsweredFailure('failed');
    });
}

async function onlyAgent(api: ApiClient): Promise<string> {
  const { agents } = await api.agents.list();
  const [only, ...others] = agents;
  if (only !== undefined && others.length === 0) return only.slug;
  throw new CliError('usage', 'Say which agent calls, with --agent.', {
    cure:
      agents.length === 0
        ? 'make one: plugboard agent create my-agent'
        : `one of ${agents.map((agent) => agent.slug).join(', ')}`,
  });
}

function present(answer: CallResult, { style }: Session): string {
  if (answer.outcome === 'error') {
    const { code, message } = answer.error ?? { code: 0, message: 'no reason given' };
    return `${style.bad('The server answered with an error')} (${code}): ${plainText(message, { lines: true })}\n`;
  }
  const head = answer.outcome === 'tool_error' ? `${style.bad('The tool says it failed:')}\n` : '';
  return `${head}${presentResult(answer.result)}`;
}

function presentResult(result: unknown): string {
  const content = isRecord(result) && Array.isArray(result.content) ? result.content : undefined;
  if (content === undefined) return `${JSON.stringify(result, null, 2)}\n`;
  const parts = content.map(presentPart);
  if (parts.length === 0 && isRecord(result) && 'structuredContent' in result) {
    return `${JSON.stringify(result.structuredContent, null, 2)}\n`;
  }
  return parts.map((part) => `${part}\n`).join('');
}

function presentPart(part: unknown): string {
  if (!isRecord(part)) return JSON.stringify(part);
  if (part.type === 'text' && typeof part.text === 'string') {
    return plainText(part.text, { lines: true });
  }
  if (typeof part.data === 'string') {
    const bytes = Buffer.from(part.data, 'base64').length;
    return plainText(
      `[${String(part.type)}, ${String(part.mimeType)}, ${bytes} bytes; see it with --json]`,
    );
  }
  return JSON.stringify(part, null, 2);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
