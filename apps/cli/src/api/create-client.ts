import { createORPCClient } from '@orpc/client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { apiPrefix } from '@plugboard/contracts';
import { type ApiClient, apiContract, decodeApiError } from '@plugboard/contracts/api';

import { CliError } from '../cli-error.ts';
import type { ServerAddress } from './server-address.ts';

/** The typed client of a server. A server that cannot be reached is a `CliError` with exit code 3. */
export function createClient({ url, key }: ServerAddress): ApiClient {
  const link = new OpenAPILink(apiContract, {
    url: `${url}${apiPrefix}`,
    headers: () => (key === undefined ? {} : { authorization: `Bearer ${key}` }),
    customErrorResponseBodyDecoder: decodeApiError,
    fetch: (request, init) => fetchOrExplain(url, request, init),
  });
  return createORPCClient(link);
}

async function fetchOrExplain(url: string, request: Request, init: object): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request, { ...init, redirect: 'manual' });
  } catch (error) {
    throw unreachable(url, error);
  }
  if (response.ok || response.headers.get('content-type')?.includes('json')) return response;
  await response.body?.cancel();
  throw new CliError(
    'unreachable',
    `${url} answered with status ${response.status}, and not as Plugboard does.`,
    { cure: 'check the address given with --url, and any proxy before it' },
  );
}

function unreachable(url: string, error: unknown): CliError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new CliError('unreachable', `Plugboard does not answer at ${url}: ${reason}.`, {
    cause: error,
    cure: 'start it with: ./plugboard up   (or name another with --url or --data-dir)',
  });
}
