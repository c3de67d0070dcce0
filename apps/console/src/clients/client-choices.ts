import { type Client, clients } from '@plugboard/contracts';

/** A client that somebody may connect: one that Plugboard knows, or any other. */
export interface ClientChoice {
  readonly id: string;
  readonly title: string;
  /** What kind of program it is, in a word. */
  readonly kind: 'terminal' | 'app' | 'editor' | 'any';
  /** How it is told of Plugboard; absent for any other. */
  readonly client?: Client;
}

const kinds: Readonly<Record<string, ClientChoice['kind']>> = {
  'claude-code': 'terminal',
  'claude-desktop': 'app',
  codex: 'terminal',
  gemini: 'terminal',
  opencode: 'terminal',
};

/** All clients that can be chosen, the last one for those that are not known. */
export const clientChoices: readonly ClientChoice[] = [
  ...clients.map((client) => ({
    id: client.id,
    title: client.title,
    kind: kinds[client.id] ?? 'editor',
    client,
  })),
  { id: 'other', title: 'Another client', kind: 'any' },
];

/** The one that goes by an id. */
export function findChoice(id: string | undefined): ClientChoice | undefined {
  return clientChoices.find((each) => each.id === id);
}
