import type { ConnectionState, ConnectionView } from '@plugboard/contracts/api';
import { getRouteApi } from '@tanstack/react-router';

export const connectionsRoute = getRouteApi('/connections');

export type ConnectionsSearch = ReturnType<typeof connectionsRoute.useSearch>;

const states: readonly ConnectionState[] = ['connected', 'needs_sign_in', 'revoked'];

export function stateOf(word: string | undefined): ConnectionState | undefined {
  return states.find((state) => state === word);
}

/** Those that the URL asks for, of all that may be seen: there are never so many. */
export function narrowed(
  connections: readonly ConnectionView[],
  { q, state, mine }: ConnectionsSearch,
  memberId: string,
): readonly ConnectionView[] {
  const wanted = stateOf(state);
  const words: readonly string[] = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return connections.filter((connection) => {
    if (wanted !== undefined && connection.state !== wanted) return false;
    if (mine === true && connection.owner.id !== memberId) return false;
    const text = textOf(connection);
    return words.every((word) => text.includes(word));
  });
}

function textOf({ name, provider, issuer, resource, owner, account }: ConnectionView): string {
  return [name, provider?.title, issuer, resource, owner.name, account?.name]
    .join(' ')
    .toLowerCase();
}
