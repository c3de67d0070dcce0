import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import type { default as Provider, KoaContextWithOIDC } from 'oidc-provider';

import type { Counters, IdentityProvider, TokenRequest } from './provider-face.ts';

type Running = Pick<IdentityProvider, 'fault' | 'saysExpiry'>;

/** Counts what is asked of a provider, and makes it fail. */
export function createFaults() {
  const counters: Counters = {
    discovery: 0,
    jwks: 0,
    registrations: 0,
    authorizations: 0,
    tokens: 0,
    refreshes: 0,
    refreshed: 0,
    reuses: 0,
    revocations: 0,
    userinfo: 0,
  };
  const requests: TokenRequest[] = [];
  const counted: Readonly<Record<string, keyof Counters>> = {
    '/.well-known/openid-configuration': 'discovery',
    '/.well-known/oauth-authorization-server': 'discovery',
    '/jwks': 'jwks',
    '/reg': 'registrations',
    '/auth': 'authorizations',
    '/token/revocation': 'revocations',
    '/me': 'userinfo',
  };

  async function answerToken(
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
    running: Running,
  ): Promise<void> {
    const params = Object.fromEntries(new URLSearchParams(await text(ctx.req)));
    Object.assign(ctx.req, { body: params });
    counters.tokens += 1;
    const request = { count: counters.tokens, grant: params['grant_type'] ?? '', params };
    requests.push(request);
    const isRefresh = request.grant === 'refresh_token';
    if (isRefresh) counters.refreshes += 1;
    const fault = running.fault?.(request);
    if (fault?.kind === 'hang') return leaveOpen(ctx);
    if (fault?.kind === 'status') {
      ctx.status = fault.status;
      ctx.set({ ...fault.headers });
      ctx.body = fault.body ?? '';
      return undefined;
    }
    if (fault?.kind === 'wait') {
      await (typeof fault.until === 'number' ? delay(fault.until) : fault.until);
    }
    await next();
    if (isRefresh && ctx.status === 200) counters.refreshed += 1;
    if (!running.saysExpiry && isObject(ctx.body)) {
      const { expires_in: _, ...body } = ctx.body;
      ctx.body = body;
    }
    if (fault?.kind === 'lost') ctx.req.socket.destroy();
    if (fault?.kind === 'garbage') ctx.body = '<html>not what you asked for</html>';
    if (fault?.kind === 'change' && isObject(ctx.body)) ctx.body = fault.change(ctx.body);
    if (fault?.kind === 'silent') {
      leaveOpen(ctx);
      fault.done?.();
    }
    return undefined;
  }

  return {
    counters,
    requests,
    watch(provider: Provider, running: Running): void {
      provider.on('grant.error', (_, error) => {
        if (/already used/.test(String(error.error_detail))) counters.reuses += 1;
      });
      provider.use(async (context, next) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a provider's middleware is given
        const ctx = context as unknown as KoaContextWithOIDC;
        const name = counted[ctx.path];
        if (name !== undefined) counters[name] += 1;
        if (ctx.path === '/token' && ctx.method === 'POST') await answerToken(ctx, next, running);
        else await next();
      });
    },
  };
}

function leaveOpen(ctx: KoaContextWithOIDC): void {
  ctx.respond = false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
