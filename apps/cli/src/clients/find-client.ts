import { type Client, clients } from '@plugboard/contracts';

import { CliError } from '../cli-error.ts';

/** The client that goes by an id. Throws `CliError` naming those that are known. */
export function findClient(id: string): Client {
  const client = clients.find((each) => each.id === id.toLowerCase());
  if (client !== undefined) return client;
  const known = clients.map((each) => each.id);
  throw new CliError('usage', `"${id}" is not a client that Plugboard knows.`, {
    cure: `one of ${known.join(', ')}; others take the URL and an Authorization header`,
  });
}
