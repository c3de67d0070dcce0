import { CliError } from '../cli-error.ts';
import type { Session } from '../session.ts';
import { findAgentToken } from './agent-token.ts';

export interface TokenOptions {
  readonly agent?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** Plugboard's own address, and the token with which a client goes to it. */
export interface Access {
  /** Without `/mcp` and what follows. */
  readonly base: string;
  /** The endpoint that was named, or the one of everything. */
  readonly url: string;
  readonly token: string;
}

/**
 * Finds where a client is to connect, with a token: a new one of --agent, a given one, or the demo
 * agent's. `purpose` is what a new token is called.
 */
export async function findAccess(
  { agent, tokenFile }: TokenOptions,
  session: Session,
  purpose: string,
): Promise<Access> {
  const { url, dataDir } = await session.server();
  const base = url.replace(/\/mcp(?:\/.*)?$/, '');
  const given = url === base ? `${base}/mcp` : url;
  if (agent !== undefined) {
    const api = await session.api();
    const made = await api.agents.tokens.create({ agent, name: purpose });
    return { base, url: given, token: made.token };
  }
  const token = await findAgentToken(session.terminal, tokenFile, dataDir);
  if (token !== undefined) return { base, url: given, token };
  throw new CliError('usage', 'An agent’s token is needed.', {
    cure: 'give --agent <agent> to make one, or set PLUGBOARD_TOKEN, or name a file with --token-file; a client that speaks OAuth needs the URL alone',
  });
}
