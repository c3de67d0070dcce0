import type { GroupMember, ScimGroupRow } from './groups.ts';
import type { ScimUserRow } from './users.ts';

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export type Resource = Readonly<Record<string, unknown>> & { readonly id: string };

/** A User resource: what the directory said, and whether they are let in. */
export function presentUser(row: ScimUserRow, base: string): Resource {
  const name = {
    ...(row.formatted_name !== null && { formatted: row.formatted_name }),
    ...(row.given_name !== null && { givenName: row.given_name }),
    ...(row.family_name !== null && { familyName: row.family_name }),
  };
  return {
    schemas: [userSchema],
    id: row.id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    userName: row.user_name,
    ...(Object.keys(name).length > 0 && { name }),
    displayName: row.display_name ?? row.member_name,
    emails: [{ value: row.email, type: 'work', primary: true }],
    active: row.member_suspended_at === null,
    meta: meta('User', row, `${base}/Users/${row.id}`),
  };
}

export function presentGroup(
  row: ScimGroupRow,
  members: readonly GroupMember[],
  base: string,
): Resource {
  return {
    schemas: [groupSchema],
    id: row.id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    displayName: row.display_name,
    members: members.map(({ id, user_name: display }) => ({
      value: id,
      display,
      type: 'User',
      $ref: `${base}/Users/${id}`,
    })),
    meta: meta('Group', row, `${base}/Groups/${row.id}`),
  };
}

function meta(
  resourceType: string,
  { created_at, updated_at }: { readonly created_at: Date; readonly updated_at: Date },
  location: string,
) {
  return {
    resourceType,
    created: created_at.toISOString(),
    lastModified: updated_at.toISOString(),
    location,
  };
}
