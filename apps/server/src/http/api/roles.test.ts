import { isContractProcedure } from '@orpc/contract';
import { apiContract } from '@plugboard/contracts/api';
import { packBackup } from '@plugboard/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { encodeBackup } from '../../features/lock/backup/backup-content.ts';
import { type Role, roles } from '../../features/members/policy.ts';

const everyone: readonly Role[] = roles;
const managers: readonly Role[] = ['owner', 'admin'];
const connecting: readonly Role[] = ['owner', 'admin', 'member'];
/** Who may have credentials of their own. */
const holders: readonly Role[] = ['owner', 'admin', 'member'];
const readers: readonly Role[] = ['owner', 'admin', 'auditor'];
const none = '01900000-0000-7000-8000-000000000000';
const layer = { server: 'none', environment: 'dev' };
const template = { server: 'none', slug: 'none' };
const tool = { kind: 'tool', name: 'none' };
const noGrants = {
  changes: [{ agent: 'none', level: null, target: { scope: 'toolbox', toolbox: 'none' } }],
};
const emptyBackup = packBackup(
  await encodeBackup({
    plugboard: '0',
    document: { version: 1 },
    layers: [],
    instances: [],
    sources: [],
  }),
  undefined,
).toString('base64');

interface Procedure {
  readonly body?: unknown;
  readonly query?: string;
  readonly roles: readonly Role[];
  /** Its answer is a stream that does not end by itself: only its status is read. */
  readonly endless?: boolean;
}

/** Each procedure with input that is valid and names nothing there is, and who may call it. */
const procedures: Readonly<Record<string, Procedure>> = {
  'GET /status': { roles: everyone },
  'GET /doctor': { roles: managers },
  'GET /overview': { roles: everyone },
  'GET /live': { roles: everyone, endless: true },
  'GET /toolboxes': { roles: everyone },
  'POST /toolboxes': { body: { slug: 'starter' }, roles: managers },
  'DELETE /toolboxes/{toolbox}': { roles: managers },
  'GET /instances': { roles: everyone },
  'POST /instances': { body: { server: 'memory', toolbox: 'none' }, roles: managers },
  'POST /instances/plan': { body: { server: 'memory', toolbox: 'none' }, roles: managers },
  'GET /instances/{instance}': { roles: everyone },
  'DELETE /instances/{instance}': { roles: managers },
  'POST /instances/{instance}/restart': { body: {}, roles: managers },
  'POST /instances/{instance}/stop': { body: {}, roles: managers },
  'POST /instances/{instance}/start': { body: {}, roles: managers },
  'POST /instances/{instance}/test': { body: {}, roles: managers },
  'GET /instances/{instance}/logs': { roles: managers },
  'GET /instances/{instance}/configuration/schema': { roles: everyone },
  'GET /instances/{instance}/configuration': { roles: everyone },
  'POST /instances/{instance}/configuration': { body: {}, roles: managers },
  'POST /instances/{instance}/configuration/plan': { body: {}, roles: managers },
  'POST /instances/{instance}/configuration/test': { body: {}, roles: managers },
  'GET /configuration/schema': { query: '?server=memory', roles: managers },
  'GET /configuration/layers': { roles: managers },
  'POST /configuration/layers/plan': { body: { ...layer, settings: {} }, roles: managers },
  'PUT /configuration/layers': { body: { ...layer, settings: {} }, roles: managers },
  'GET /configuration/layers/history': {
    query: '?server=none&environment=dev',
    roles: managers,
  },
  'GET /configuration/layers/diff': {
    query: '?server=none&environment=dev&from=1&to=2',
    roles: managers,
  },
  'POST /configuration/layers/rollback': { body: { ...layer, revision: 9 }, roles: managers },
  'GET /configuration/templates': { roles: everyone },
  'POST /configuration/templates/plan': { body: { ...template, settings: {} }, roles: managers },
  'PUT /configuration/templates': { body: { ...template, settings: {} }, roles: managers },
  'DELETE /configuration/templates': {
    body: { server: 'none', slug: 'absent' },
    roles: managers,
  },
  'POST /imports/plan': { body: { text: '{}', toolbox: 'none' }, roles: managers },
  'POST /imports': { body: { text: '{}', toolbox: 'none' }, roles: managers },
  'GET /exports/direct': { roles: managers },
  'GET /bundles': { roles: managers },
  'GET /bundles/{sha256}': { roles: managers },
  'GET /updates': { roles: everyone },
  'GET /instances/{instance}/versions': { roles: everyone },
  'GET /instances/{instance}/changelog': { roles: everyone },
  'POST /instances/{instance}/update/plan': { body: {}, roles: managers },
  'POST /instances/{instance}/update': { body: {}, roles: managers },
  'POST /instances/{instance}/rollback': { body: {}, roles: managers },
  'GET /instances/{instance}/revisions': { roles: everyone },
  'GET /instances/{instance}/revisions/diff': { query: '?from=1&to=2', roles: everyone },
  'GET /instances/{instance}/offerings': { roles: everyone },
  'GET /instances/{instance}/definition': { query: '?name=none', roles: everyone },
  'PUT /instances/{instance}/levels': { body: { ...tool, level: 'read' }, roles: managers },
  'POST /instances/{instance}/levels/reset': { body: tool, roles: managers },
  'GET /catalog': { query: '?q=git', roles: everyone },
  'GET /catalog/tools': { query: '?q=git', roles: everyone },
  'GET /catalog/suggest': { query: '?q=git', roles: everyone },
  'GET /catalog/server': { query: '?name=none/none', roles: everyone },
  'GET /catalog/versions': { query: '?name=none/none', roles: everyone },
  'GET /catalog/document': { query: '?name=none/none', roles: everyone },
  'GET /catalog/readme': { query: '?server=none/none', roles: everyone },
  'GET /catalog/highlights': { roles: everyone },
  'GET /agents': { roles: everyone },
  'POST /agents': { body: { slug: 'demo' }, roles: managers },
  'PATCH /agents/{agent}': { body: { name: 'None' }, roles: managers },
  'DELETE /agents/{agent}': { roles: managers },
  'GET /agents/{agent}/clients': { roles: everyone },
  'POST /agents/{agent}/clients': { body: {}, roles: managers },
  'DELETE /agents/{agent}/clients/{client}': { roles: managers },
  'PATCH /toolboxes/{toolbox}': { body: { memberLevel: null }, roles: managers },
  'GET /agents/{agent}/tokens': { roles: everyone },
  'POST /agents/{agent}/tokens': { body: {}, roles: managers },
  'DELETE /agents/{agent}/tokens/{token}': { roles: managers },
  'GET /grants': { roles: everyone },
  'POST /grants': {
    body: { agent: 'none', level: 'admin', target: { scope: 'toolbox', toolbox: 'starter' } },
    roles: managers,
  },
  'POST /grants/set': { body: noGrants, roles: managers },
  'POST /grants/preview': { body: noGrants, roles: managers },
  'DELETE /grants/{grant}': { roles: managers },
  'GET /access/matrix': { roles: everyone },
  'GET /agents/{agent}/tools': { roles: everyone },
  'GET /credentials': { roles: everyone },
  // Members of these roles may have credentials of their own; whose else's is said in permissions.ts.
  'POST /credentials': {
    body: {
      name: 'none',
      kind: 'api_key',
      owner: { kind: 'agent', agent: 'none' },
      fields: { key: 'none' },
    },
    roles: holders,
  },
  'POST /credentials/bulk': { body: { action: 'test', credentials: ['none'] }, roles: holders },
  'GET /credentials/{credential}': { roles: everyone },
  'PATCH /credentials/{credential}': { body: {}, roles: holders },
  'DELETE /credentials/{credential}': { roles: holders },
  'POST /credentials/{credential}/replace': { body: { fields: { key: 'x' } }, roles: holders },
  'GET /credentials/{credential}/versions': { roles: everyone },
  'POST /credentials/{credential}/rollback': { body: { version: 1 }, roles: holders },
  'POST /credentials/{credential}/test': { body: {}, roles: holders },
  'GET /instances/{instance}/credentials': { roles: everyone },
  'PUT /instances/{instance}/credentials/{slot}': { body: { credential: 'none' }, roles: holders },
  'DELETE /instances/{instance}/credentials/{slot}': { roles: holders },
  'POST /instances/{instance}/credentials/confirm': {
    body: { destination: 'none' },
    roles: holders,
  },
  'PUT /instances/{instance}/account': { body: { account: 'member' }, roles: managers },
  'GET /instances/{instance}/accounts': { roles: everyone },
  'GET /accounts': { roles: everyone },
  'POST /instances/{instance}/credentials/refresh': { body: {}, roles: managers },
  'GET /check': { query: '?agent=none&kind=tool&name=none', roles: everyone },
  'POST /calls': { body: { agent: 'none', name: 'none', arguments: {} }, roles: managers },
  'GET /catalog/sources': { roles: everyone },
  'POST /catalog/sources': {
    body: { slug: 'bundled', kind: 'folder', location: 'none' },
    roles: managers,
  },
  'GET /catalog/sources/{source}': { roles: everyone },
  'PATCH /catalog/sources/{source}': { body: {}, roles: managers },
  'DELETE /catalog/sources/{source}': { roles: managers },
  'POST /catalog/sources/{source}/sync': { body: {}, roles: managers },
  'GET /catalog/sources/{source}/syncs': { roles: everyone },
  'GET /catalog/sources/{source}/syncs/{sync}': { roles: everyone },
  'GET /catalog/sources/{source}/syncs/{sync}/events': { roles: everyone },
  'POST /catalog/sources/{source}/syncs/{sync}/cancel': { body: {}, roles: managers },
  'GET /lock': { roles: readers },
  'POST /lock/plan': { body: { document: { version: 1 } }, roles: readers },
  'POST /lock/apply': { body: { document: { version: 1 } }, roles: managers },
  'POST /lock/backup': { body: {}, roles: managers },
  'POST /lock/backup/read': { body: { file: emptyBackup }, roles: managers },
  'POST /lock/restore': { body: { file: emptyBackup }, roles: managers },
  'GET /organization/licence-policy': { roles: everyone },
  'PUT /organization/licence-policy': {
    body: { allow: null, deny: [], unknown: 'warn' },
    roles: managers,
  },
  'GET /me': { roles: everyone },
  'GET /members': { roles: everyone },
  'PUT /members/{member}/role': { body: { role: 'member' }, roles: everyone },
  'POST /members/{member}/suspend': { body: {}, roles: managers },
  'POST /members/{member}/reinstate': { body: {}, roles: managers },
  'DELETE /members/{member}': { roles: everyone },
  'POST /members/{member}/reset-link': { body: {}, roles: managers },
  'GET /invitations': { roles: managers },
  'POST /invitations': { body: { email: 'ann@example.com' }, roles: managers },
  'POST /invitations/{invitation}/resend': { body: {}, roles: managers },
  'DELETE /invitations/{invitation}': { roles: managers },
  'GET /keys': { roles: everyone },
  'POST /keys': { body: { name: 'test' }, roles: everyone },
  'DELETE /keys/{key}': { roles: everyone },
  'GET /organization': { roles: everyone },
  'PATCH /organization': { body: {}, roles: ['owner'] },
  'POST /organizations': { body: { name: 'Another' }, roles: ['owner'] },
  'GET /scim/tokens': { roles: readers },
  'POST /scim/tokens': { body: { name: 'test' }, roles: ['owner'] },
  'DELETE /scim/tokens/{token}': { roles: ['owner'] },
  'GET /scim/groups': { roles: readers },
  'PUT /scim/groups/{group}/role': { body: { role: 'member' }, roles: ['owner'] },
  'GET /connections': { roles: everyone },
  'POST /connections': {
    body: { provider: 'none', owner: { kind: 'member' } },
    roles: connecting,
  },
  'GET /connections/{connection}': { roles: everyone },
  'DELETE /connections/{connection}': { roles: connecting },
  'POST /connections/{connection}/reconnect': { body: {}, roles: connecting },
  'PUT /connections/{connection}/agents/{agent}': { body: {}, roles: connecting },
  'DELETE /connections/{connection}/agents/{agent}': { roles: connecting },
  'GET /connection-requests/{request}': { roles: connecting },
  'GET /providers': { roles: everyone },
  'GET /providers/{provider}': { roles: everyone },
  'PUT /providers/{provider}': { body: { issuer: 'https://none.invalid' }, roles: managers },
  'DELETE /providers/{provider}': { roles: managers },
  'GET /vault': { roles: readers },
  'POST /vault/rotate': { roles: ['owner'] },
  'POST /vault/rotate-master': { body: { provider: 'file' }, roles: ['owner'] },
  'GET /vault/rotations/{rotation}': { roles: readers },
  'GET /sso': { roles: readers },
  'GET /sso/{provider}': { roles: readers },
  'POST /sso': {
    body: { kind: 'oidc', provider: 'none', issuer: 'https://none.invalid', clientId: 'none' },
    roles: managers,
  },
  'POST /sso/{provider}/test': { body: {}, roles: managers },
  'POST /sso/{provider}/enable': { body: {}, roles: managers },
  'POST /sso/{provider}/disable': { body: {}, roles: managers },
  'DELETE /sso/{provider}': { roles: managers },
  'PUT /sso-required': { body: { required: false }, roles: ['owner'] },
  'PUT /sso/{provider}/domains/{domain}': { body: {}, roles: managers },
  'POST /sso/{provider}/domains/{domain}/prove': { body: {}, roles: managers },
  'DELETE /sso/{provider}/domains/{domain}': { roles: managers },
  'GET /audit': { roles: readers },
  'GET /audit/{seq}': { roles: readers },
  'POST /audit/verify': { body: {}, roles: readers },
  'GET /audit/export': { roles: readers },
};

describe('the API', () => {
  let app: TestApp;
  const keys = new Map<Role, string>();
  beforeAll(async () => {
    app = await buildApp();
    for (const role of roles) keys.set(role, await app.buildMember(role));
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('has no procedure that is missing here', () => {
    expect(Object.keys(procedures).sort()).toEqual(declared(apiContract).sort());
  });

  it.each(Object.entries(procedures))('lets none but its roles %s', async (name, procedure) => {
    const [method = '', template = ''] = name.split(' ');
    const path = template
      .replaceAll(/\{(?:grant|token|sync|member|invitation|key|request|rotation)\}/g, none)
      .replaceAll('{sha256}', 'a'.repeat(64))
      .replaceAll('{seq}', '1')
      .replaceAll('{domain}', 'none.invalid')
      .replaceAll(/\{[a-z]+\}/g, 'none')
      .concat(procedure.query ?? '');
    const ask = async (key: string | undefined) => {
      if (procedure.endless !== true) return app.request(method, path, procedure.body, key);
      const response = await app.fetch(`/api/v1${path}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      const { status } = response;
      if (status !== 200) return { status, body: await response.json() };
      await response.body?.cancel();
      return { status, body: {} };
    };
    for (const role of roles) {
      const { status, body } = await ask(keys.get(role));
      if (procedure.roles.includes(role)) {
        expect([400, 401, 403, 405, 500], `${role}: ${JSON.stringify(body)}`).not.toContain(status);
      } else {
        expect({ role, status, code: body.code }).toEqual({ role, status: 403, code: 'forbidden' });
      }
    }
    for (const key of [app.demoToken, 'none']) expect((await ask(key)).status).toBe(401);
  });
});

/** `METHOD /path` of every procedure of a contract. */
function declared(contract: object): string[] {
  if (isContractProcedure(contract)) {
    const { method, path } = contract['~orpc'].route;
    return [`${method} ${path}`];
  }
  return Object.values(contract).flatMap((part: object) => declared(part));
}
