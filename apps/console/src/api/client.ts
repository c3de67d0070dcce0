import { createORPCClient } from '@orpc/client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { apiPrefix } from '@plugboard/contracts';
import type { ApiClient } from '@plugboard/contracts/api';
import { contractRoutes } from 'virtual:contract-routes';

import { decodeError } from './errors.ts';
import { chosenOrganization } from './organization.ts';

const link = new OpenAPILink(contractRoutes, {
  url: `${location.origin}${apiPrefix}`,
  headers: () => {
    const organization = chosenOrganization();
    return organization === undefined ? {} : { 'x-plugboard-organization': organization };
  },
  customErrorResponseBodyDecoder: decodeError,
  // A redirect would be to a page to sign in, which is for the whole window and not for a request.
  fetch: (request, init) => fetch(request, { ...init, redirect: 'manual' }),
});

/** The API as the session of this browser may use it. Throws what `readError` reads. */
export const api: ApiClient = createORPCClient(link);

/**
 * The API for TanStack Query: `useQuery(orpc.instances.list.queryOptions({ input }))`, and
 * `queryClient.invalidateQueries({ queryKey: orpc.instances.key() })` for all of a part.
 */
export const orpc = createTanstackQueryUtils(api);
