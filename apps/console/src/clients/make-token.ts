import type { Level } from '@plugboard/contracts';
import type { Agent } from '@plugboard/contracts/api';

import { api } from '../api/client.ts';
import { freeSlug } from './free-slug.ts';

interface MakeTokenInput {
  /** The one whose token it is; a new one when undefined. */
  readonly agent: string | undefined;
  /** What the client is called. */
  readonly title: string;
  readonly known: readonly Pick<Agent, 'slug'>[];
  /** What a new one may use, and how far. */
  readonly toolbox: string | undefined;
  readonly level: Level;
}

/** Makes a token for a client, with an agent and its grant where that is wanted; resolves with the token. */
export async function makeToken(input: MakeTokenInput): Promise<string> {
  const { title, toolbox, level } = input;
  let { agent } = input;
  if (agent === undefined) {
    const slug = freeSlug(title, input.known);
    const made = await api.agents.create({ slug, name: title });
    agent = made.id;
    if (toolbox !== undefined) {
      await api.grants.create({ agent, target: { scope: 'toolbox', toolbox }, level });
    }
  }
  const { token } = await api.agents.tokens.create({ agent, name: title });
  return token;
}
