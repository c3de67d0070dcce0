import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readChallenge } from './challenge.ts';
import { discoverAuthorizationServer } from './discover-server.ts';
import { discover } from './discover.ts';
import { buildMetadata } from './testing/build.ts';
import { loopback } from './testing/network.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const protectedResource = '/.well-known/oauth-protected-resource';
const oauthServer = '/.well-known/oauth-authorization-server';
const openid = '/.well-known/openid-configuration';

let mcp: TestServer;
let as: TestServer;
let resource = '';
beforeEach(async () => {
  [mcp, as] = await Promise.all([startTestServer(), startTestServer()]);
  resource = `${mcp.origin}/mcp`;
  mcp.on(`${protectedResource}/mcp`, {
    body: { resource, authorization_servers: [as.origin], scopes_supported: ['read'] },
  });
  as.on(oauthServer, { body: buildMetadata(as.origin) });
});
afterEach(async () => {
  await Promise.all([mcp[Symbol.asyncDispose](), as[Symbol.asyncDispose]()]);
});

const find = async (header?: string) =>
  discover({ ...loopback, resource, challenge: readChallenge(header) });

describe('discover', () => {
  it('finds the resource by its path, and its server', async () => {
    const found = await find();
    expect(found.resource).toMatchObject({ resource, described: true, scopesSupported: ['read'] });
    expect(found.server).toMatchObject({ issuer: as.origin, source: 'oauth' });
    expect(mcp.paths()).toEqual([`${protectedResource}/mcp`]);
  });

  it('wants bound tokens where the server asks for nothing else', async () => {
    const isRequired = async (header?: string) => (await find(header)).resource.dpopRequired;
    expect(await isRequired('DPoP algs="ES256"')).toBe(true);
    expect(await isRequired('DPoP algs="ES256", Bearer')).toBe(false);
    expect(await isRequired()).toBe(false);
  });

  it('asks where the challenge says first, then by path, then at the root', async () => {
    mcp.on('/elsewhere', { body: { resource, authorization_servers: [as.origin] } });
    await find(`Bearer resource_metadata="${mcp.origin}/elsewhere"`);
    expect(mcp.paths()).toEqual(['/elsewhere']);
    mcp.on('/elsewhere', { status: 404 });
    mcp.on(`${protectedResource}/mcp`, { status: 404 });
    mcp.on(protectedResource, {
      body: { resource: mcp.origin, authorization_servers: [as.origin] },
    });
    const found = await find(`Bearer resource_metadata="${mcp.origin}/elsewhere"`);
    expect(found.resource.resource).toBe(mcp.origin);
    expect(mcp.paths().slice(1)).toEqual([
      '/elsewhere',
      `${protectedResource}/mcp`,
      protectedResource,
    ]);
  });

  it('refuses metadata of another resource', async () => {
    for (const other of [
      'https://evil.test/mcp',
      `${mcp.origin}/mcp/inner`,
      `${mcp.origin}/mc`,
      `${mcp.origin}/other`,
      `${mcp.origin}/mcp?tenant=2`,
      `${mcp.origin.replace('127.0.0.1', 'localhost')}/mcp`,
      resource.replace('http:', 'https:'),
    ]) {
      mcp.on(`${protectedResource}/mcp`, {
        body: { resource: other, authorization_servers: [as.origin] },
      });
      await expect(find(), other).rejects.toMatchObject({ reason: 'resource_mismatch' });
    }
    mcp.on(`${protectedResource}/mcp`, {
      body: { resource: `${mcp.origin}/mcp#x`, authorization_servers: [as.origin] },
    });
    await expect(find()).rejects.toMatchObject({ reason: 'address_not_allowed' });
    expect(as.seen).toEqual([]);
  });

  it('asks no server that a challenge or metadata may not name', async () => {
    const strict = { ...loopback, allowHttp: false, resource: 'https://mcp.test/mcp' };
    for (const address of ['http://mcp.test/x', 'file:///etc/passwd', 'https://a:b@mcp.test/x']) {
      const challenge = readChallenge(`Bearer resource_metadata="${address}"`);
      await expect(discover({ ...strict, challenge }), address).rejects.toMatchObject({
        kind: 'protocol',
        reason: 'address_not_allowed',
      });
    }
    mcp.on(`${protectedResource}/mcp`, {
      body: { resource, authorization_servers: ['file:///etc/passwd'] },
    });
    await expect(find()).rejects.toMatchObject({ reason: 'address_not_allowed' });
  });

  it('takes a resource without metadata for one of 2025-03-26', async () => {
    mcp.on(`${protectedResource}/mcp`, { status: 404 });
    mcp.on(oauthServer, {
      body: { ...buildMetadata(mcp.origin), token_endpoint: `${mcp.origin}/t` },
    });
    const described = await find();
    expect(described.resource).toMatchObject({ resource, described: false });
    expect(described.server.metadata.token_endpoint).toBe(`${mcp.origin}/t`);
    mcp.on(oauthServer, { status: 404 });
    expect((await find()).server).toMatchObject({
      source: 'defaults',
      metadata: {
        authorization_endpoint: `${mcp.origin}/authorize`,
        token_endpoint: `${mcp.origin}/token`,
        registration_endpoint: `${mcp.origin}/register`,
      },
    });
  });

  it('does not fall back while a server has trouble', async () => {
    mcp.on(`${protectedResource}/mcp`, { status: 503 });
    await expect(find()).rejects.toMatchObject({ kind: 'later' });
  });

  it('goes to the next server where the first is of no use, and only to the one wanted', async () => {
    const dead = `${as.origin}/dead`;
    mcp.on(`${protectedResource}/mcp`, {
      body: { resource, authorization_servers: [dead, as.origin] },
    });
    expect((await find()).server.issuer).toBe(as.origin);
    await expect(discover({ ...loopback, resource, issuer: dead })).rejects.toMatchObject({
      reason: 'no_server_metadata',
    });
    await expect(
      discover({ ...loopback, resource, issuer: 'https://else.test' }),
    ).rejects.toMatchObject({ reason: 'no_authorization_server' });
    mcp.on(`${protectedResource}/mcp`, { body: { resource } });
    await expect(find()).rejects.toMatchObject({ kind: 'unsupported' });
  });
});

describe('discoverAuthorizationServer', () => {
  const read = async (issuer: string) => discoverAuthorizationServer({ ...loopback, issuer });

  it('asks in the order of the specification', async () => {
    const issuer = `${as.origin}/tenant`;
    as.on(`/tenant${openid}`, { body: buildMetadata(issuer) });
    expect(await read(issuer)).toMatchObject({ issuer, source: 'oidc' });
    expect(as.paths()).toEqual([`${oauthServer}/tenant`, `${openid}/tenant`, `/tenant${openid}`]);
  });

  it('refuses metadata of another issuer, however alike', async () => {
    for (const other of [
      'https://evil.test',
      `${as.origin}/`,
      as.origin.replace('http', 'HTTP'),
      `${as.origin}/tenant`,
    ]) {
      as.on(oauthServer, { body: { ...buildMetadata(as.origin), issuer: other } });
      await expect(read(as.origin), other).rejects.toMatchObject({
        kind: 'protocol',
        reason: 'issuer_mismatch',
      });
    }
    expect(as.paths()).not.toContain(openid);
  });

  it('refuses what is no metadata', async () => {
    const good = buildMetadata(as.origin);
    for (const body of [
      'text',
      [],
      {},
      { ...good, issuer: 7 },
      { ...good, token_endpoint: ['x'] },
      { ...good, authorization_endpoint: 'javascript:alert(1)' },
      { ...good, token_endpoint: '/token' },
      { ...good, registration_endpoint: 'ftp://as.test' },
    ]) {
      as.on(oauthServer, { body });
      const outcome = read(as.origin);
      await expect(outcome, JSON.stringify(body)).rejects.toMatchObject({ kind: 'protocol' });
    }
    as.on(oauthServer, { body: JSON.stringify(good) });
    await expect(read(as.origin)).rejects.toMatchObject({ reason: 'not_json' });
  });

  it('keeps nothing of metadata that it does not know, and no weak algorithms', async () => {
    as.on(oauthServer, {
      body: {
        ...buildMetadata(as.origin),
        id_token_signing_alg_values_supported: ['none', 'HS256', 'ES256'],
        scopes_supported: 'not a list',
        padding: 'x'.repeat(100_000),
      },
    });
    const { metadata } = await read(as.origin);
    expect(metadata.id_token_signing_alg_values_supported).toEqual(['ES256']);
    expect(Object.keys(metadata)).not.toContain('padding');
    expect(Object.keys(metadata)).not.toContain('scopes_supported');
  });

  it('gives up on metadata that is huge, deep, or goes in circles', async () => {
    as.on(oauthServer, { body: { ...buildMetadata(as.origin), padding: 'x'.repeat(300_000) } });
    await expect(read(as.origin)).rejects.toMatchObject({ reason: 'answer_too_large' });
    as.on(oauthServer, {
      headers: { 'content-type': 'application/json' },
      body: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    });
    await expect(read(as.origin)).rejects.toMatchObject({ kind: 'protocol' });
    as.on(oauthServer, { status: 307, headers: { location: openid } });
    as.on(openid, { status: 307, headers: { location: oauthServer } });
    await expect(read(as.origin)).rejects.toMatchObject({ reason: 'redirected' });
  });
});
