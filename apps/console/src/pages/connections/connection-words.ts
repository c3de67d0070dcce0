import type { ConnectionView } from '@plugboard/contracts/api';

/** What it leads to: the service by its name, or the server by its host. */
export function serviceOf({ provider, resource, issuer }: ConnectionView): string {
  if (provider) return provider.title;
  const url = resource ?? issuer;
  return URL.canParse(url) ? new URL(url).host : url;
}

/** Whose it is. */
export function ownerWords({ kind, name }: ConnectionView['owner']): string {
  return kind === 'agent' ? `agent ${name}` : name;
}

/** Who has to sign in: oneself, somebody else by name, or whoever may for all. */
export function signerWords(by: ConnectionView['owner'], memberId: string): string {
  if (by.kind === 'member') return by.id === memberId ? 'You' : by.name;
  return 'An owner or admin';
}

export const grantWords: Readonly<Record<ConnectionView['grant'], string>> = {
  authorization_code: 'A person signed in',
  client_credentials: 'Plugboard’s own client signs in',
  jwt_bearer: 'An identity provider vouches for the person',
};
