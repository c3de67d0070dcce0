import { createORPCClient } from '@orpc/client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { apiPrefix } from '@plugboard/contracts';
import {
  type AddInstanceInput,
  type ApiClient,
  apiContract,
  decodeApiError,
  type Instance,
} from '@plugboard/contracts/api';

/** A client of the API of a running Plugboard. */
export function connectApi(url: string, key: string): ApiClient {
  return createORPCClient(
    new OpenAPILink(apiContract, {
      url: url + apiPrefix,
      headers: { authorization: `Bearer ${key}` },
      customErrorResponseBodyDecoder: decodeApiError,
    }),
  );
}

/** Adds a server and resolves with its instance when all steps are done. */
export async function addInstance(api: ApiClient, input: AddInstanceInput): Promise<Instance> {
  for await (const event of await api.instances.add(input)) {
    if (event.type === 'done') return event.instance;
  }
  throw new Error('adding ended without an instance');
}
