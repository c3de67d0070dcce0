import type { OAuthNetwork } from '../network.ts';

/** Straight to the network, for servers on loopback. */
export const loopback: OAuthNetwork = {
  fetch: async (url, { body, ...request }) => fetch(url, { ...request, body: body ?? null }),
  signal: new AbortController().signal,
  allowHttp: true,
};
