import { shellQuote } from '@plugboard/contracts';

/** A call that can be made again elsewhere. */
export interface CallToCopy {
  readonly agent: string;
  readonly instance: string;
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A command for a terminal. The key stays a variable: it is in no history. */
export function asCurl(call: CallToCopy, origin: string): string {
  const { agent, instance, kind, name, input } = call;
  const body = { agent, instance, kind, name, ...(kind !== 'resource' && { arguments: input }) };
  return [
    `curl -sS ${shellQuote(`${origin}/api/v1/calls`)} \\`,
    `  -H "Authorization: Bearer $PLUGBOARD_API_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellQuote(JSON.stringify(body))}`,
  ].join('\n');
}

/** The same with Plugboard's own command. */
export function asCommand({ agent, instance, kind, name, input }: CallToCopy): string {
  const words = [
    'plugboard call',
    `--agent ${shellQuote(agent)}`,
    `--server ${shellQuote(instance)}`,
    ...(kind === 'tool' ? [] : [`--kind ${kind}`]),
    // A name may look like an option.
    '--',
    shellQuote(name),
    ...(kind === 'resource' || Object.keys(input).length === 0
      ? []
      : [shellQuote(JSON.stringify(input))]),
  ];
  return words.join(' ');
}
