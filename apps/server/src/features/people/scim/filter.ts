import { scimError } from './scim-error.ts';

/** The one comparison that directories ask for: an attribute is a text. */
export interface EqualFilter<Attribute extends string> {
  readonly attribute: Attribute;
  readonly value: string;
}

const pattern = /^([A-Za-z0-9:.[\]" ]{1,120}?) eq ("(?:[^"\\]|\\.)*")$/i;
const maxLength = 1000;

export const userFilters = {
  id: 'id',
  username: 'userName',
  externalid: 'externalId',
  emails: 'email',
  'emails.value': 'email',
  'emails[type eq "work"].value': 'email',
} as const;

export const groupFilters = {
  id: 'id',
  displayname: 'displayName',
  externalid: 'externalId',
} as const;

/**
 * Reads `attribute eq "text"` (RFC 7644, section 3.4.2.2) for the attributes named. Throws
 * `invalidFilter` for all else: an answer that ignored a filter would list everybody.
 */
export function readFilter<Attribute extends string>(
  text: string | undefined,
  known: Readonly<Record<string, Attribute>>,
): EqualFilter<Attribute> | undefined {
  if (text === undefined || text === '') return undefined;
  const match = text.length > maxLength ? null : pattern.exec(text.trim());
  const [, path = '', quoted = ''] = match ?? [];
  const name = path.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:\w+:/, '');
  const attribute = Object.hasOwn(known, name) ? known[name] : undefined;
  const value = attribute === undefined ? undefined : unquote(quoted);
  if (attribute !== undefined && value !== undefined) return { attribute, value };
  const names = [...new Set(Object.values(known))].join(', ');
  throw scimError('invalidFilter', `A filter is: attribute eq "text", for one of ${names}.`);
}

function unquote(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    // A database text holds no NUL.
    return typeof value === 'string' && !value.includes('\0') ? value : undefined;
  } catch {
    return undefined;
  }
}
