import { newId } from '@plugboard/contracts';

import type { TestApp } from '../../../../app/testing/build-app.ts';
import { withTenant } from '../../../../store/tenant.ts';

export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of bodies
  readonly body: any;
}

/** Sends requests as a directory does. */
export type DirectoryClient = (method: string, path: string, body?: unknown) => Promise<ScimAnswer>;

export function directoryClient(app: Pick<TestApp, 'fetch'>, token: string): DirectoryClient {
  return async (method, path, body) => {
    const response = await app.fetch(`/scim/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/scim+json; charset=utf-8',
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
}

/** A directory of the organization whose owner's key it is. */
export async function connectDirectory(app: TestApp, key?: string): Promise<DirectoryClient> {
  const { body } = await app.request('POST', '/scim/tokens', { name: 'directory' }, key);
  return directoryClient(app, body.token);
}

/** As Entra ID makes a User. */
export function entraUser(email: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    externalId: `entra-${email}`,
    userName: email,
    active: true,
    displayName: 'Ann Example',
    emails: [{ primary: true, type: 'work', value: email }],
    meta: { resourceType: 'User' },
    name: { formatted: 'Ann Example', familyName: 'Example', givenName: 'Ann' },
    title: 'Engineer',
    roles: [],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'R&D' },
    ...more,
  };
}

export function patch(...operations: readonly object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** Makes a domain one that the organization has proven. */
export async function proveDomain(
  { services }: Pick<TestApp, 'services'>,
  organizationId: string,
  domain: string,
): Promise<void> {
  await withTenant(services.db, organizationId, async (tx) => {
    const id = newId();
    await tx
      .insertInto('sso_providers')
      .values({
        id,
        organization_id: organizationId,
        slug: 'idp',
        title: 'IdP',
        kind: 'oidc',
        settings: '{}',
      })
      .execute();
    await tx
      .insertInto('sso_domains')
      .values({
        organization_id: organizationId,
        domain,
        provider_id: id,
        token: 't',
        verified_at: new Date(),
        verified_by: 'dns',
      })
      .execute();
  });
}
