import type { Client, default as Provider } from 'oidc-provider';

import { signInAt } from './browser.ts';
import { createFaults } from './faults.ts';
import { answerInteraction } from './interaction.ts';
import { listenOnLoopback } from './listen.ts';
import { createRecords } from './provider-records.ts';
import type { IdentityProvider, IdentityProviderOptions } from './provider-face.ts';
import { createProvider } from './provider-setup.ts';
export type { IdentityProvider, IdentityProviderOptions } from './provider-face.ts';

/** Starts a real OpenID provider (oidc-provider) on loopback. Its state is in memory and its own. */
export async function startIdentityProvider(
  options: IdentityProviderOptions = {},
): Promise<IdentityProvider> {
  const records = createRecords(options.graceMs ?? 0);
  const faults = createFaults();
  let provider: Provider | undefined;
  let handle: ReturnType<Provider['callback']> | undefined;
  const listening = await listenOnLoopback((request, response) => {
    if (!provider || !handle) response.writeHead(503).end();
    else if (request.url?.startsWith('/interaction/')) {
      void answerInteraction(provider, request, response);
    } else void handle(request, response);
  }, options.tls);
  const issuer = listening.origin;

  const running: IdentityProvider = {
    issuer,
    get provider() {
      return provider!;
    },
    counters: faults.counters,
    requests: faults.requests,
    accessTokenSeconds: options.accessTokenSeconds ?? 3600,
    saysExpiry: options.saysExpiry ?? true,
    fault: undefined,
    async introspect(value) {
      const token =
        (await provider!.AccessToken.find(value)) ??
        (await provider!.ClientCredentials.find(value));
      if (!token?.clientId || token.isExpired) return undefined;
      const account = 'accountId' in token ? token.accountId : undefined;
      return {
        account,
        clientId: token.clientId,
        scopes: token.scope?.split(' ') ?? [],
        audience: [token.aud ?? []].flat(),
        jkt: token.jkt,
      };
    },
    revokeGrants: async (account) => records.revoke(account),
    signIn: (url, choices = {}) => signInAt(issuer, url, choices, options.tls),
    async addClient(metadata) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it has, the types leave out
      const { Client } = provider as unknown as { Client: new (metadata: object) => Client };
      const client = new Client(metadata);
      await records.clients.upsert(client.clientId, metadata);
      return client;
    },
    stop: () => listening.stop(),
    start: () => listening.start(),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
  provider = await createProvider(issuer, options, records, running);
  faults.watch(provider, running);
  handle = provider.callback();
  return running;
}
