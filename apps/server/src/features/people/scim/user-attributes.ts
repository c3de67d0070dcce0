import { emailSchema } from '@plugboard/contracts/api';

import { isObject } from './read-body.ts';
import { scimError } from './scim-error.ts';

/** What is kept of a User resource. Null takes a text away. */
export interface UserAttributes {
  readonly user_name: string;
  readonly external_id: string | null;
  readonly display_name: string | null;
  readonly formatted_name: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  /** In lower case. */
  readonly email: string;
  readonly active: boolean;
}

export type UserChange = Partial<UserAttributes>;

const texts = {
  externalid: 'external_id',
  displayname: 'display_name',
  'name.formatted': 'formatted_name',
  'name.givenname': 'given_name',
  'name.familyname': 'family_name',
} as const;

/** What directories send along and Plugboard has no use for: as RFC 7643 names it, in lower case. */
const ignored = new Set(
  `schemas nickname profileurl title usertype preferredlanguage locale timezone phonenumbers addresses
  ims photos x509certificates name.middlename name.honorificprefix name.honorificsuffix`.split(
    /\s+/,
  ),
);
const readOnly = new Set(['id', 'meta', 'groups']);
const coreUrn = 'urn:ietf:params:scim:schemas:core:2.0:user:';
const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user';

/** What to do about an attribute that is none of ours. */
export type Strange = 'ignore' | 'refuse';

/**
 * What setting one attribute changes. The list of attributes is closed: roles, passwords and whatever
 * else a path may name reach nothing. Throws for them, when strange ones are not to be ignored.
 */
export function setAttribute(path: string, value: unknown, strange: Strange): UserChange {
  const name = normalize(path);
  if (name === 'username') return { user_name: requiredText('userName', value) };
  if (name === 'active') return { active: readActive(value) };
  if (Object.hasOwn(texts, name)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- hasOwn has just said so
    return { [texts[name as keyof typeof texts]]: optionalText(path, value) };
  }
  if (name === 'name' && isObject(value)) {
    return merge(Object.entries(value), (key) => `name.${key}`, strange);
  }
  if (name === 'emails') return { email: readEmails(value) };
  if (/^emails(?:\[(?:type eq "work"|primary eq "?true"?)\])?\.value$/.test(name)) {
    return { email: readEmail(value) };
  }
  if (strange === 'ignore' || isIgnored(name)) return {};
  if (readOnly.has(name.split('.')[0] ?? '')) {
    throw scimError('mutability', `${shown(path)} is Plugboard's to set.`);
  }
  throw scimError(
    'invalidPath',
    `There is no attribute ${shown(path)} that could be changed here.`,
  );
}

/** The changes of several attributes, of which later ones win. */
export function merge(
  entries: readonly (readonly [string, unknown])[],
  pathOf: (key: string) => string,
  strange: Strange,
): UserChange {
  let made: UserChange = {};
  for (const [key, value] of entries) {
    const change = setAttribute(pathOf(key), value, strange);
    if (Object.keys(change).length > 0) made = { ...made, ...change };
  }
  return made;
}

/** What taking an attribute away changes. */
export function removeAttribute(path: string): UserChange {
  const name = normalize(path);
  if (Object.hasOwn(texts, name)) return setAttribute(path, null, 'refuse');
  if (name === 'name') return { formatted_name: null, given_name: null, family_name: null };
  if (isIgnored(name) || /^emails\[type eq "(?:home|other)"\]/.test(name)) return {};
  throw scimError('mutability', `${shown(path)} cannot be taken away.`);
}

/** As which name a member is listed. */
export function nameOf(user: Omit<UserAttributes, 'active' | 'external_id' | 'email'>): string {
  const whole = [user.given_name, user.family_name].filter(Boolean).join(' ');
  return (user.display_name ?? user.formatted_name ?? (whole || user.user_name)).slice(0, 100);
}

function normalize(path: string): string {
  const name = path.trim().slice(0, 300).toLowerCase().replaceAll(/\s+/g, ' ');
  return name.startsWith(coreUrn) ? name.slice(coreUrn.length) : name;
}

function isIgnored(name: string): boolean {
  const [top = ''] = name.split(/[.[]/);
  return (
    ignored.has(name) ||
    (top !== 'name' && ignored.has(top)) ||
    name === enterpriseUrn ||
    name.startsWith(`${enterpriseUrn}:`) ||
    /^emails\[type eq "(?:home|other)"\]|^emails\[type eq "work"\]\.(?:type|primary|display)$/.test(
      name,
    )
  );
}

/** Entra ID sends "True" and "False" unless told otherwise. */
function readActive(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) {
    return value.toLowerCase() === 'true';
  }
  throw scimError('invalidValue', 'active is true or false.');
}

function requiredText(name: string, value: unknown): string {
  const text = optionalText(name, value);
  if (text !== null) return text;
  throw scimError('invalidValue', `${name} is needed.`);
}

export function optionalText(name: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
  if (typeof value === 'string' && value.length <= 200 && !/[\u0000-\u001f\u007f]/.test(value)) {
    return value.trim() === '' ? null : value.trim();
  }
  throw scimError('invalidValue', `${shown(name)} is a text of at most 200 characters.`);
}

/** The primary address, else the one for work, else the first. */
function readEmails(value: unknown): string {
  const list = (Array.isArray(value) ? value : [value]).slice(0, 20).filter(isObject);
  const found =
    list.find(({ primary }) => primary === true || primary === 'true' || primary === 'True') ??
    list.find(({ type }) => type === 'work') ??
    list[0];
  return readEmail(found?.['value']);
}

export function readEmail(value: unknown): string {
  const { data, success } = emailSchema.safeParse(value);
  if (success) return data;
  throw scimError('invalidValue', 'An e-mail address such as ann@example.com is needed.');
}

function shown(path: string): string {
  return `"${path.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')}"`;
}
