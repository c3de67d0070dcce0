import type { KoaContextWithOIDC } from 'oidc-provider';
import type Provider from 'oidc-provider';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { findAgentClient } from '../clients/agent-client.ts';
import { exchangeGrant } from '../grants/exchange-grant.ts';
import { parseGrantId } from '../grants/grant-id.ts';
import type { RecordStore } from '../records/record-store.ts';
import { reasonOf } from './reason.ts';
import type { Refusal, Refusals } from './refusals.ts';

type Services = Pick<AppServices, 'agents' | 'clock' | 'db' | 'log'> & {
  readonly records: RecordStore;
  readonly refusals: Refusals;
};

type Whose = Omit<Refusal, 'reason' | 'clientId'>;

/** Puts on record what the provider refuses, before the answer goes out. */
export function followProvider(provider: Provider, services: Services): void {
  const { log, refusals } = services;
  const refused = new WeakMap<object, readonly [what: string, error: Error]>();
  const note = (what: string) => (ctx: KoaContextWithOIDC, error: Error) =>
    void refused.set(ctx, [what, error]);
  provider.on('authorization.error', note('authorization'));
  provider.on('grant.error', note('token'));
  provider.on('registration_create.error', note('registration'));
  provider.on('revocation.error', note('revocation'));
  provider.on('server_error', (_ctx, error) => {
    log.error({ err: error }, 'the authorization server failed');
  });
  provider.use(async (ctx, next) => {
    await next();
    const [what, error] = refused.get(ctx) ?? [];
    if (what === undefined || error === undefined) return;
    const { oidc } = ctx;
    const params: Readonly<Record<string, unknown>> = { ...oidc.params };
    const clientId = oidc.client?.clientId;
    const reason = reasonOf(what, params, error);
    // That ended the grant, which is on record: see `endGrant`.
    if (reason.endsWith('_used_twice')) return;
    try {
      const whose = what === 'token' ? await whoseIs(services, params, clientId) : {};
      await refusals.report({ reason, clientId, ...whose });
    } catch (cause) {
      log.error({ err: cause, reason }, 'what was refused could not be put on record');
    }
  });
}

/** Whose the code or token is that came, or the client that came with it. */
async function whoseIs(
  services: Services,
  params: Readonly<Record<string, unknown>>,
  clientId: string | undefined,
): Promise<Whose> {
  const { agents, clock, db, records } = services;
  const sent = (name: string) => {
    const value = params[name];
    return typeof value === 'string' ? value : '';
  };
  if (params['grant_type'] === exchangeGrant) {
    const parent = await agents.find(sent('subject_token'));
    if (parent) return parent;
  }
  const found =
    params['grant_type'] === 'refresh_token'
      ? await records.find('RefreshToken', sent('refresh_token'))
      : await records.find('AuthorizationCode', sent('code'));
  const place =
    parseGrantId(found?.payload['grantId']) ??
    (clientId === undefined ? undefined : await findAgentClient(db, clientId, clock()));
  if (!place) return {};
  const { organizationId, tokenId } = place;
  const row = await withTenant(db, organizationId, (tx) =>
    tx.selectFrom('agent_tokens').select('agent_id').where('id', '=', tokenId).executeTakeFirst(),
  );
  return { organizationId, tokenId, agentId: row?.agent_id };
}
