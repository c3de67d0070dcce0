import type { AgentIdentity } from '@plugboard/gateway';
import { agentScope, resourceUrl } from '@plugboard/gateway';
import { idPattern, newId } from '@plugboard/contracts';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type Provider from 'oidc-provider';

import type { AppServices } from '../../../app/services.ts';
import { commitChange } from '../../change.ts';
import { lifetimes } from '../lifetimes.ts';
import { canonicalResource } from '../resources.ts';
import { grantIdOf } from './grant-id.ts';

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const shortestSeconds = 60;

type Services = Pick<AppServices, 'agents' | 'audit' | 'clock' | 'db' | 'heard' | 'server'>;

/**
 * Exchanges an agent's token for a narrower one (RFC 8693): for one endpoint, for fewer toolboxes
 * (`toolbox`, an extension: ids, any number of times), for a shorter time. It ends with the one that it
 * was exchanged for, and cannot be exchanged into more than that is.
 */
export async function exchangeToken(
  services: Services,
  provider: Provider,
  ctx: KoaContextWithOIDC,
): Promise<void> {
  const params: Readonly<Record<string, unknown>> = { ...ctx.oidc.params };
  const { client } = ctx.oidc;
  if (!client) throw new errors.InvalidClient('no client');
  const subject = textOf(params['subject_token']);
  if (subject === undefined) throw new errors.InvalidRequest('missing subject_token');
  if (params['subject_token_type'] !== accessTokenType) {
    throw new errors.InvalidRequest(`subject_token_type must be ${accessTokenType}`);
  }
  if (![undefined, accessTokenType].includes(textOf(params['requested_token_type']))) {
    throw new errors.InvalidRequest(`requested_token_type must be ${accessTokenType}`);
  }
  const parent = await services.agents.find(subject);
  if (!parent) throw new errors.InvalidGrant('subject_token is not good');

  const resource = resourceOf(services.server.urls.base, params, parent);
  const toolboxIds = toolboxesOf(params, parent);
  const seconds = secondsOf(services.clock(), params, parent);
  const tokenId = newId();
  const { organizationId, agentId } = parent;
  await commitChange(services, { organizationId }, async (db) => {
    await db
      .insertInto('agent_tokens')
      .values({
        id: tokenId,
        organization_id: organizationId,
        agent_id: agentId,
        parent_id: parent.tokenId,
        name: 'exchanged',
        kind: 'oauth',
        hint: '',
        client_id: client.clientId,
        client_name: client.clientName ?? null,
        member_id: parent.memberId ?? null,
        resources: [resource],
        toolbox_ids: toolboxIds === undefined ? null : [...toolboxIds],
        expires_at: new Date(services.clock() + seconds * 1000),
      })
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'token.exchanged',
        agentId,
        change: { id: tokenId, from: parent.tokenId, resource, toolboxIds, seconds },
      },
      events: [],
    };
  });
  const token = new provider.AccessToken({
    accountId: agentId,
    client,
    grantId: grantIdOf({ organizationId, tokenId }),
    scope: agentScope,
    gty: 'token_exchange',
    expiresIn: seconds,
  });
  token.aud = resource;
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: accessTokenType,
    token_type: 'Bearer',
    expires_in: seconds,
    scope: agentScope,
  };
}

/** One endpoint: of those that the token is for, or any where it is for all. */
function resourceOf(
  base: string,
  params: Readonly<Record<string, unknown>>,
  parent: AgentIdentity,
): string {
  const [asked, ...others] = [...listOf(params['resource']), ...listOf(params['audience'])];
  if (others.length > 0) throw new errors.InvalidTarget('name one resource');
  const [own = resourceUrl(base, '/mcp')] = parent.resources ?? [];
  const resource = asked === undefined ? own : canonicalResource(base, asked);
  if (resource === undefined || !isWithin(parent.resources, resource)) {
    throw new errors.InvalidTarget('resource is not an endpoint that subject_token is for');
  }
  return resource;
}

/** A part of an endpoint is narrower than it: `/mcp/a` than `/mcp`. */
function isWithin(resources: readonly string[] | undefined, resource: string): boolean {
  if (resources === undefined) return true;
  return resources.some((each) => resource === each || resource.startsWith(`${each}/`));
}

function toolboxesOf(
  params: Readonly<Record<string, unknown>>,
  { toolboxIds }: AgentIdentity,
): readonly string[] | undefined {
  const asked = listOf(params['toolbox']);
  if (asked.length === 0) return toolboxIds;
  if (toolboxIds && asked.some((id) => !toolboxIds.includes(id))) {
    throw new errors.InvalidScope('toolbox is not one that subject_token is held to', agentScope);
  }
  if (asked.some((id) => !idPattern.test(id))) {
    throw new errors.InvalidRequest('toolbox must be the id of a toolbox');
  }
  return [...new Set(asked)];
}

function secondsOf(
  now: number,
  params: Readonly<Record<string, unknown>>,
  { expiresAt }: AgentIdentity,
): number {
  const left = expiresAt === undefined ? Infinity : Math.floor((expiresAt - now) / 1000);
  const asked = textOf(params['expires_in']);
  const wanted = asked === undefined ? lifetimes.accessToken : Number(asked);
  if (!Number.isInteger(wanted) || wanted < shortestSeconds) {
    throw new errors.InvalidRequest(`expires_in must be ${shortestSeconds} seconds or more`);
  }
  const seconds = Math.min(wanted, left, lifetimes.accessToken);
  if (seconds < 1) throw new errors.InvalidGrant('subject_token is not good');
  return seconds;
}

function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string');
  return typeof value === 'string' && value !== '' ? [value] : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
