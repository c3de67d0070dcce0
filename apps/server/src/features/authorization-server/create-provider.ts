import { createHash, hash } from 'node:crypto';

import {
  type AccountClaims,
  type AdapterPayload,
  errors,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';

import { agentScope } from '@plugboard/gateway';

import type { AppServices } from '../../app/services.ts';
import { themeOf } from '../../pages/page-theme.ts';
import { pageHeaders } from '../../pages/page-headers.ts';
import { publish } from '../../store/events.ts';
import { withTenant } from '../../store/tenant.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import {
  asProviderClient,
  findAgentClient,
  isSecretOf,
  organizationOfClient,
} from './clients/agent-client.ts';
import { errorPage } from './error-page.ts';
import { exchangeGrant } from './grants/exchange-grant.ts';
import { exchangeToken } from './grants/exchange-token.ts';
import { parseGrantId } from './grants/grant-id.ts';
import { endGrant, isGrantGood, prolongGrant } from './grants/grant-rows.ts';
import { lifetimes } from './lifetimes.ts';
import { followProvider } from './refusals/follow-provider.ts';
import { createAdapter } from './records/adapter.ts';
import { configurationOf } from './provider-configuration.ts';
import { signingKeyFrom } from './signing-keys.ts';
import { newAccessToken, newRefreshToken } from './tokens.ts';

type Services = Omit<AppServices, 'authorizationServer'> &
  Pick<AuthorizationServer, 'records' | 'refusals'>;

/** The provider, configured for agents: see decision 028. */
export async function createProvider(services: Services): Promise<Provider> {
  const { server, db, clock, log, installationKey, records } = services;
  const { base } = server.urls;
  // They are for one path each, which __Host- does not permit; no plain connection may set these.
  const cookies = base.startsWith('https:') ? '__Secure-plugboard_oauth' : 'plugboard_oauth';
  const cookieKey = (await installationKey('oauth-cookies')).export();
  const signing = signingKeyFrom(await installationKey('oauth-signing'));

  const adapterServices = {
    records,
    clock,
    findClient: async (id: string) => {
      const found = await findAgentClient(db, id, clock());
      return found && asProviderClient(id, found);
    },
    async onIssued(grantId: string, until: Date) {
      const place = parseGrantId(grantId);
      if (place) await prolongGrant(services, place, until);
    },
    async onTokenGone({ grantId, clientId }: AdapterPayload) {
      const organizationId =
        parseGrantId(grantId)?.organizationId ??
        (clientId === undefined ? undefined : organizationOfClient(clientId));
      if (organizationId === undefined) return;
      const tokenId =
        parseGrantId(grantId)?.tokenId ??
        (await findAgentClient(db, clientId ?? '', clock()))?.tokenId;
      if (tokenId !== undefined) await tellOfToken(services, organizationId, tokenId);
    },
    async onRevoked(grantId: string) {
      const place = parseGrantId(grantId);
      if (!place) return;
      await records.destroyOfGrant(grantId);
      const { oidc } = Provider.ctx ?? {};
      const isRefresh = oidc?.params?.['grant_type'] === 'refresh_token';
      const twice = isRefresh ? 'refresh_token_used_twice' : 'code_used_twice';
      await endGrant(services, place, oidc?.route === 'revocation' ? 'given_back' : twice);
    },
    usedBefore: () => new errors.InvalidGrant('already used'),
  };

  const provider = new Provider(base, {
    adapter: (kind: string) =>
      createAdapter(kind, adapterServices, { unusedSeconds: lifetimes.unusedClient }),
    ...configurationOf(services),
    cookies: {
      names: {
        session: sessionCookie,
        interaction: `${cookies}_interaction`,
        resume: `${cookies}_resume`,
      },
      keys: [createHash('sha256').update(cookieKey).digest('base64url')],
      short: { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true },
      long: { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true },
    },
    jwks: { keys: [signing] },
    async findAccount(_ctx, sub, token) {
      const grantId = token && 'grantId' in token ? token.grantId : undefined;
      const place = parseGrantId(grantId);
      if (grantId !== undefined && (!place || !(await isGrantGood(services, place)))) {
        return undefined;
      }
      return { accountId: sub, claims: (): AccountClaims => ({ sub }) };
    },
    async renderError(ctx, { error, error_description: description }, cause) {
      if (error === 'server_error') log.error({ err: cause }, 'the authorization server failed');
      ctx.set({ ...pageHeaders() });
      ctx.body = String(await errorPage(error, description, themeOf(ctx.headers.cookie)));
    },
  });
  // Host and scheme are what the listener says they are: see `asBaseUrl`.
  provider.proxy = true;
  nameTokens(provider.AccessToken.prototype, newAccessToken);
  nameTokens(provider.ClientCredentials.prototype, newAccessToken);
  nameTokens(provider.RefreshToken.prototype, newRefreshToken);
  Object.assign(provider.Client.prototype, { compareClientSecret });
  followProvider(provider, services);
  provider.use(async (ctx, next) => {
    await next();
    withoutSurplus(ctx);
  });
  provider.registerGrantType(
    exchangeGrant,
    (ctx) => exchangeToken(services, provider, ctx),
    [
      'subject_token',
      'subject_token_type',
      'requested_token_type',
      'audience',
      'resource',
      'scope',
      'toolbox',
      'expires_in',
    ],
    ['audience', 'resource', 'toolbox'],
  );
  return provider;
}

/** Has tokens of a kind be what `make` makes; the provider's own way also settles their format. */
function nameTokens(prototype: object, make: () => string): void {
  const generateTokenId: unknown = Reflect.get(prototype, 'generateTokenId');
  if (typeof generateTokenId !== 'function') throw new Error('models make their ids');
  Object.assign(prototype, {
    generateTokenId(this: unknown) {
      generateTokenId.call(this);
      return make();
    },
  });
}

/** Takes out what the provider offers and nothing here has: a session of its own, identities. */
function withoutSurplus(ctx: Koa): void {
  const cookies = ctx.response.headers['set-cookie'];
  const kept = (Array.isArray(cookies) ? cookies : []).filter(
    (each) => !each.startsWith(sessionCookie),
  );
  if (cookies !== undefined) ctx.set('set-cookie', kept);
  const { body } = ctx;
  if (ctx.path.startsWith('/.well-known/') && typeof body === 'object' && body !== null) {
    ctx.body = { ...body, scopes_supported: [agentScope] };
  }
}

const sessionCookie = 'plugboard_oauth_session';

type Koa = Pick<KoaContextWithOIDC, 'body' | 'path' | 'response' | 'set'>;

/** Whether a secret is the client's. An agent's client keeps the hash alone. */
function compareClientSecret(
  this: { readonly clientId: string; readonly clientSecret?: string },
  given: string,
): boolean {
  const { clientId, clientSecret } = this;
  if (clientSecret === undefined) return false;
  const hashHex =
    organizationOfClient(clientId) === undefined ? hash('sha256', clientSecret) : clientSecret;
  return isSecretOf(hashHex, given);
}

async function tellOfToken(
  { db }: Pick<AppServices, 'db'>,
  organizationId: string,
  tokenId: string,
): Promise<void> {
  await withTenant(db, organizationId, async (tx) => {
    const row = await tx
      .selectFrom('agent_tokens')
      .select('agent_id')
      .where('id', '=', tokenId)
      .executeTakeFirst();
    if (row) await publish(tx, { kind: 'identity', organizationId, agentId: row.agent_id });
  });
}
