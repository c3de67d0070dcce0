import type { AuthorizationServer } from '@plugboard/oauth';

/** The authorization server of a connection, as it was when it was connected. */
export function storedServer({ server }: { readonly server: unknown }): AuthorizationServer {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stored by us as one
  return server as AuthorizationServer;
}
