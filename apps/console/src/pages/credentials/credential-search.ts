import type { ListCredentialsInput } from '@plugboard/contracts/api';
import { getRouteApi } from '@tanstack/react-router';

import { credentialKindOf } from './credential-words.ts';

export const credentialsRoute = getRouteApi('/credentials');

export type CredentialsSearch = ReturnType<typeof credentialsRoute.useSearch>;

/** What the server is asked for; what a link says wrongly is left out. */
export function listInputOf(search: CredentialsSearch): ListCredentialsInput {
  const { q, kind, provider, label, owner, expiring, unused, mine } = search;
  return {
    ...(q !== undefined && { q: q.slice(0, 200) }),
    ...(credentialKindOf(kind) !== undefined && { kind: credentialKindOf(kind) }),
    ...(provider !== undefined && { provider }),
    ...(label !== undefined && { label }),
    ...(owner !== undefined && { owner }),
    ...(expiring !== undefined && { expiring: Math.min(expiring, 3650) }),
    ...(unused === true && { unused }),
    ...(mine === true && { mine }),
  };
}

/** Whether the list is narrowed at all. */
export function isFiltered(search: CredentialsSearch): boolean {
  return Object.keys(listInputOf(search)).length > 0;
}
