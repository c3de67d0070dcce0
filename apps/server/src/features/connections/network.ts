import { isAppError } from '@plugboard/contracts';
import type { OAuthNetwork } from '@plugboard/oauth';
import { normalizeAnswers, type ResolvedProvider } from '@plugboard/oauth';
import { openOutboundFetch, type OutboundFetch } from '@plugboard/runtime';

export interface ConnectionNetwork extends AsyncDisposable {
  readonly oauth: OAuthNetwork;
  /** For requests that are not of OAuth: probing a server, asking whose account it is. */
  readonly fetch: OutboundFetch['fetch'];
  readonly signal: AbortSignal;
}

export interface NetworkOptions {
  /** Also allows plain http and private addresses. */
  readonly allowPrivateNetwork: boolean;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly provider?: ResolvedProvider | undefined;
  /** The provider's endpoints, where their answers are to be made like the RFC's. */
  readonly tokenEndpoint?: string | undefined;
  readonly revocationEndpoint?: string | undefined;
}

/** The way to the network for one piece of work: every address is checked when it is connected to. */
export async function openNetwork(options: NetworkOptions): Promise<ConnectionNetwork> {
  const { allowPrivateNetwork, clock, signal, provider } = options;
  const outbound = await openOutboundFetch(allowPrivateNetwork);
  const fetch: OutboundFetch['fetch'] = async (url, request) => {
    try {
      return await outbound.fetch(url, request);
    } catch (error) {
      // What may not be reached says so itself, and not only as the reason of a failed fetch.
      if (error instanceof Error && isAppError(error.cause)) throw error.cause;
      throw error;
    }
  };
  const endpoints = { token: options.tokenEndpoint, revoke: options.revocationEndpoint };
  return {
    oauth: {
      fetch: provider ? normalizeAnswers(provider, endpoints, fetch) : fetch,
      signal,
      allowHttp: allowPrivateNetwork,
      now: clock,
    },
    fetch,
    signal,
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  };
}
