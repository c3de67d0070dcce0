import { createLocalJWKSet, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';

import type { IdentityProvider } from './provider-face.ts';

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** What an enterprise vouches with: signed apart from its ID tokens, by a key that it was made with. */
export interface Vouching {
  /** Whom it vouches for no more. */
  readonly refused: Set<string>;
  /** Assertions it gave. */
  given: number;
}

/**
 * Lets an identity provider vouch for its people (RFC 8693 with an ID-JAG), and an authorization server
 * trust it (RFC 7523). As in draft-ietf-oauth-identity-assertion-authz-grant.
 */
export function vouch(
  idp: IdentityProvider,
  server: IdentityProvider,
  signingKey: JWK,
  publicKey: JWK,
): Vouching {
  const vouching: Vouching = { refused: new Set(), given: 0 };

  idp.provider.registerGrantType(
    tokenExchange,
    async (ctx: KoaContextWithOIDC) => {
      const { client, params = {} } = ctx.oidc;
      const answer = await fetch(`${idp.issuer}/jwks`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RFC 7517
      const keys = createLocalJWKSet((await answer.json()) as { keys: JWK[] });
      const { payload } = await jwtVerify(String(params['subject_token']), keys, {
        issuer: idp.issuer,
        audience: client!.clientId,
      }).catch(() => ({ payload: undefined }));
      if (!payload?.sub || vouching.refused.has(payload.sub)) return refuse(ctx);
      vouching.given += 1;
      const assertion = await new SignJWT({
        client_id: 'at-server',
        resource: params['resource'],
        scope: params['scope'],
        email: `${payload.sub}@example.test`,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'oauth-id-jag+jwt' })
        .setIssuer(idp.issuer)
        .setSubject(payload.sub)
        .setAudience(String(params['audience']))
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(await importJWK(signingKey, 'ES256'));
      ctx.body = { issued_token_type: idJag, access_token: assertion, token_type: 'N_A' };
      return undefined;
    },
    [
      'requested_token_type',
      'audience',
      'resource',
      'scope',
      'subject_token',
      'subject_token_type',
    ],
  );

  server.provider.registerGrantType(
    jwtBearer,
    async (ctx: KoaContextWithOIDC) => {
      const { client, params = {} } = ctx.oidc;
      const key = await importJWK(publicKey, 'ES256');
      const { payload } = await jwtVerify(String(params['assertion']), key, {
        issuer: idp.issuer,
        audience: server.issuer,
        typ: 'oauth-id-jag+jwt',
      }).catch(() => ({ payload: undefined }));
      if (!payload?.sub || payload['client_id'] !== client!.clientId) return refuse(ctx);
      const { AccessToken, Grant } = server.provider;
      const resource = String(payload['resource']);
      const scope = String(payload['scope']);
      const grant = new Grant({ accountId: payload.sub, clientId: client!.clientId });
      grant.addResourceScope(resource, scope);
      const token = new AccessToken({
        accountId: payload.sub,
        client: client!,
        grantId: await grant.save(),
        gty: jwtBearer,
        scope,
        aud: resource,
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it has, the types leave out
      Object.assign(token, { aud: resource, expiresIn: server.accessTokenSeconds });
      ctx.body = {
        access_token: await token.save(),
        token_type: 'Bearer',
        expires_in: server.accessTokenSeconds,
        scope,
      };
      return undefined;
    },
    ['assertion', 'resource', 'scope'],
  );
  return vouching;
}

function refuse(ctx: KoaContextWithOIDC): void {
  ctx.status = 400;
  ctx.body = { error: 'invalid_grant' };
}
