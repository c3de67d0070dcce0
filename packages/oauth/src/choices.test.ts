import { describe, expect, it } from 'vitest';

import { chooseAuthMethod } from './auth-method.ts';
import { readChallenge } from './challenge.ts';
import { chooseRegistration } from './choose-registration.ts';
import { chooseScopes, mergeScopes } from './scopes.ts';
import { buildClient, buildServer } from './testing/build.ts';

const issuer = 'https://as.test';
const documentUrl = 'https://plugboard.test/client-metadata.json';

describe('chooseRegistration', () => {
  const takesDocuments = buildServer(issuer, { client_id_metadata_document_supported: true });

  it('takes what a person entered, then a document, then registers, then asks', () => {
    const known = buildClient(issuer);
    const choose = (server = takesDocuments, clientMetadataUrl: string | undefined = documentUrl) =>
      chooseRegistration({ server, clientMetadataUrl });
    expect(
      chooseRegistration({ server: takesDocuments, known, clientMetadataUrl: documentUrl }),
    ).toEqual({ choice: 'use', client: known });
    expect(choose()).toMatchObject({
      choice: 'use',
      client: { method: 'cimd', clientId: documentUrl, authMethod: 'none', issuer },
    });
    expect(choose(buildServer(issuer))).toEqual({ choice: 'register' });
    const { registration_endpoint: _, ...metadata } = takesDocuments.metadata;
    const alone = { ...takesDocuments, metadata };
    expect(chooseRegistration({ server: alone })).toEqual({ choice: 'ask' });
  });

  it('never takes a client of another issuer, nor one that has ended', () => {
    const server = buildServer(issuer);
    for (const known of [
      buildClient('https://other.test'),
      buildClient(`${issuer}/`),
      buildClient(issuer, { expiresAt: 1000 }),
    ]) {
      expect(chooseRegistration({ server, known }, () => 1000)).toEqual({ choice: 'register' });
    }
    const known = buildClient(issuer, { method: 'dcr', expiresAt: 1001 });
    expect(chooseRegistration({ server, known }, () => 1000).choice).toBe('use');
  });

  it('offers no document that no server could fetch', () => {
    for (const clientMetadataUrl of [
      'http://plugboard.test/client-metadata.json',
      'https://plugboard.test',
      'https://plugboard.test/',
      'https://a:b@plugboard.test/x',
      'https://plugboard.test/x#y',
      'not a url',
    ]) {
      const choice = chooseRegistration({ server: takesDocuments, clientMetadataUrl });
      expect(choice, clientMetadataUrl).toEqual({ choice: 'register' });
    }
  });
});

describe('chooseAuthMethod', () => {
  it('takes the safest that both can do', () => {
    const offering = (...methods: string[]) =>
      buildServer(issuer, { token_endpoint_auth_methods_supported: methods });
    const all = ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'];
    expect(chooseAuthMethod(offering(...all), { secret: true, key: true })).toBe('private_key_jwt');
    expect(chooseAuthMethod(offering(...all), { secret: true, key: false })).toBe(
      'client_secret_basic',
    );
    expect(chooseAuthMethod(offering(...all), { secret: false, key: false })).toBe('none');
    expect(
      chooseAuthMethod(offering('tls_client_auth'), { secret: true, key: true }),
    ).toBeUndefined();
    expect(chooseAuthMethod(buildServer(issuer), { secret: true, key: true })).toBe(
      'client_secret_basic',
    );
  });
});

describe('chooseScopes', () => {
  const resource = {
    resource: 'https://mcp.test',
    described: true,
    authorizationServers: [issuer],
    scopesSupported: ['a', 'b', 'offline_access'],
    name: undefined,
    dpopRequired: false,
    dpopAlgorithms: undefined,
  };
  const challenge = readChallenge('Bearer scope="c"');
  const offline = buildServer(issuer, { scopes_supported: ['offline_access'] });
  const server = buildServer(issuer);

  it('takes the challenge, else what the resource has, else nothing', () => {
    expect(chooseScopes({ challenge, resource, server })).toEqual(['c']);
    expect(chooseScopes({ resource, server })).toEqual(['a', 'b']);
    expect(chooseScopes({ server })).toEqual([]);
  });

  it('keeps what is held at a step-up', () => {
    expect(chooseScopes({ challenge, resource, server, held: ['a', 'c'] })).toEqual(['a', 'c']);
    expect(mergeScopes(['a'], undefined)).toEqual(['a']);
  });

  it('asks for offline_access only where the authorization server has it, and never alone', () => {
    expect(chooseScopes({ challenge, server: offline })).toEqual(['c', 'offline_access']);
    expect(chooseScopes({ server: offline })).toEqual([]);
  });
});
