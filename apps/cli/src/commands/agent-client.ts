import { readFile } from 'node:fs/promises';

import { AppError } from '@plugboard/contracts';
import type { Command } from 'commander';

import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseFuture } from '../values/moment.ts';

interface CreateOptions {
  readonly name?: string;
  readonly expires?: string;
  readonly jwks?: string;
}

export function addAgentClientCommands(agent: Command, session: Session): void {
  const { style } = session;
  const client = agent
    .command('client')
    .description('OAuth clients with which an agent obtains tokens by itself (client_credentials)');

  client
    .command('create <agent>')
    .description('create a client; its secret is shown this once')
    .option('--name <name>', 'what it is for')
    .option('--expires <when>', 'when it ends: 7d, 12h, or a date (default: never)', parseFuture)
    .option('--jwks <file>', 'a file with its public keys, for private_key_jwt instead of a secret')
    .addHelpText(
      'after',
      '\nExamples:\n  plugboard agent client create nightly-build\n  plugboard agent client create nightly-build --jwks keys.json\n',
    )
    .action(async (name: string, options: CreateOptions) => {
      const jwks = options.jwks === undefined ? undefined : await readKeys(options.jwks);
      const api = await session.api();
      const made = await api.agents.clients.create({
        agent: name,
        ...(options.name !== undefined && { name: options.name }),
        ...(options.expires !== undefined && { expiresAt: options.expires }),
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server checks it
        ...(jwks !== undefined && { jwks: jwks as { keys: { kty: 'EC' }[] } }),
      });
      if (made.clientSecret !== undefined) {
        session.note(style.quiet('Keep the secret now, it is not shown again.\n'));
      }
      await session.show(
        made,
        () =>
          `client_id      ${made.clientId}\n` +
          (made.clientSecret === undefined ? '' : `client_secret  ${made.clientSecret}\n`) +
          `token endpoint ${made.tokenEndpoint}\n`,
      );
    });

  client
    .command('list <agent>')
    .description('list the clients of an agent')
    .action(async (name: string) => {
      const api = await session.api();
      const { clients } = await api.agents.clients.list({ agent: name });
      await session.show({ clients }, () =>
        clients.length === 0
          ? `${name} has no client. Make one: plugboard agent client create ${name}\n`
          : table(
              style,
              ['client_id', 'proves itself by', 'state', 'created', 'expires', 'name'],
              clients.map((each) => [
                each.clientId,
                each.method,
                each.state === 'active' ? style.good(each.state) : style.bad(each.state),
                presentMoment(each.createdAt),
                presentMoment(each.expiresAt) || 'never',
                plainText(each.name),
              ]),
            ),
      );
    });

  client
    .command('revoke <agent> <client-id>')
    .description('revoke a client with its tokens, at once on open sessions too')
    .action(async (name: string, id: string) => {
      const api = await session.api();
      const done = await api.agents.clients.revoke({ agent: name, client: id });
      await session.show(done, () => `The client is revoked; its sessions are closed.\n`);
    });
}

async function readKeys(file: string): Promise<unknown> {
  try {
    const keys: unknown = JSON.parse(await readFile(file, 'utf8'));
    return keys;
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `${file} must be a file with a JWK set, such as {"keys": [{"kty": "EC", …}]}.`,
      { cause: error },
    );
  }
}
