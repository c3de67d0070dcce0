import { maxPage } from './list-query.ts';
import { groupSchema, userSchema } from './present.ts';

/** What directories ask for to learn what there is here (RFC 7643, sections 5 to 7). */

export function serviceProviderConfig(base: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: maxPage },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: false },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A SCIM token of the organization',
        primary: true,
      },
    ],
    meta: {
      resourceType: 'ServiceProviderConfig',
      location: `${base}/ServiceProviderConfig`,
    },
  };
}

export function resourceTypes(base: string) {
  return [
    { id: 'User', endpoint: '/Users', schema: userSchema, description: 'A member' },
    { id: 'Group', endpoint: '/Groups', schema: groupSchema, description: 'Members of one role' },
  ].map((type) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    ...type,
    name: type.id,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${type.id}` },
  }));
}

export function schemas(base: string) {
  return [
    {
      id: userSchema,
      name: 'User',
      description: 'A member',
      attributes: [
        text('userName', { required: true, uniqueness: 'server' }),
        text('displayName'),
        complex('name', [text('formatted'), text('givenName'), text('familyName')]),
        {
          ...complex('emails', [
            text('value'),
            text('type'),
            { ...text('primary'), type: 'boolean' },
          ]),
          multiValued: true,
        },
        { ...text('active'), type: 'boolean' },
      ],
    },
    {
      id: groupSchema,
      name: 'Group',
      description: 'Members of one role',
      attributes: [
        text('displayName', { required: true, uniqueness: 'server' }),
        {
          ...complex('members', [
            text('value', { mutability: 'immutable' }),
            text('display', { mutability: 'readOnly' }),
          ]),
          multiValued: true,
        },
      ],
    },
  ].map((schema) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    ...schema,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }));
}

function text(name: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    name,
    type: 'string',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...more,
  };
}

function complex(name: string, subAttributes: readonly object[]) {
  return { ...text(name), type: 'complex', subAttributes };
}
