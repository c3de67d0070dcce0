import type { JsonObject } from './read-body.ts';
import { isObject } from './read-body.ts';
import { scimError } from './scim-error.ts';
import {
  merge,
  readEmail,
  removeAttribute,
  setAttribute,
  type UserAttributes,
  type UserChange,
} from './user-attributes.ts';

/** The most operations of one PATCH. */
export const maxOperations = 200;

export type WholeUser = Omit<UserAttributes, 'active'> & { readonly active?: boolean };

/**
 * A whole User resource, of a POST or PUT: what it does not name is empty (RFC 7644, section 3.5.1), but
 * for `active`, so that nobody is let in again by what was not said.
 */
export function readUser(body: JsonObject): WholeUser {
  const given = merge(Object.entries(body), (key) => key, 'ignore');
  if (given.user_name === undefined) throw scimError('invalidValue', 'userName is needed.');
  return {
    external_id: null,
    display_name: null,
    formatted_name: null,
    given_name: null,
    family_name: null,
    ...given,
    user_name: given.user_name,
    // Many directories know people by their address and send no other.
    email: given.email ?? readEmail(given.user_name),
  };
}

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string | undefined;
  readonly value: unknown;
}

/** The operations of a PATCH (RFC 7644, section 3.5.2); Entra ID writes them with a capital. */
export function readOperations(body: JsonObject): readonly Operation[] {
  const key = Object.keys(body).find((name) => name.toLowerCase() === 'operations');
  const list: unknown = key === undefined ? undefined : body[key];
  if (!Array.isArray(list) || list.length === 0 || list.length > maxOperations) {
    throw scimError('invalidSyntax', `Operations has 1 to ${maxOperations} operations.`);
  }
  return list.map((each: unknown) => {
    const { op, path, value } = isObject(each) ? each : {};
    const name = typeof op === 'string' ? op.toLowerCase() : '';
    if (name !== 'add' && name !== 'replace' && name !== 'remove') {
      throw scimError('invalidSyntax', 'op is add, replace or remove.');
    }
    if (path !== undefined && path !== null && typeof path !== 'string') {
      throw scimError('invalidPath', 'path is a text.');
    }
    return { op: name, path: path === null || path === '' ? undefined : path, value };
  });
}

/** What a PATCH of a User changes. */
export function readUserPatch(body: JsonObject): UserChange {
  return readOperations(body).reduce<UserChange>(
    (made, operation) => ({ ...made, ...changeOf(operation) }),
    {},
  );
}

function changeOf({ op, path, value }: Operation): UserChange {
  if (op === 'remove') {
    if (path === undefined) throw scimError('noTarget', 'To remove needs a path.');
    return removeAttribute(path);
  }
  if (path !== undefined) return setAttribute(path, value, 'refuse');
  if (isObject(value)) return merge(Object.entries(value), (key) => key, 'refuse');
  throw scimError('invalidValue', 'Without a path the value is an object.');
}
