import { AppError } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';

import type { CredentialFields, CredentialKind } from '../vault.ts';

/** Fields that are made of others when a slot is filled. */
const derived: Readonly<Partial<Record<CredentialKind, readonly string[]>>> = {
  // What RFC 7617 wants after `Basic`.
  basic: ['basic'],
};

type Part = string | { readonly field: string };

/**
 * What is usual for a credential in a slot: the token after `Bearer` in `Authorization`, a connection
 * string, a key file. Undefined where nothing is, as for several fields of one's own.
 */
export function usualTemplate(
  kind: CredentialKind,
  fields: readonly string[],
  slot: string,
): string | undefined {
  const isAuthorization = slot.toLowerCase() === 'authorization';
  switch (kind) {
    case 'api_key':
      return isAuthorization ? 'Bearer {key}' : '{key}';
    case 'oauth':
      return isAuthorization ? 'Bearer {access_token}' : '{access_token}';
    case 'database':
      return '{dsn}';
    case 'service_account':
      return '{json}';
    case 'basic':
      return isAuthorization ? 'Basic {basic}' : '{password}';
    case 'custom':
      if (fields.length === 1) return `{${fields[0]}}`;
      return fields.includes(slot) ? `{${slot}}` : undefined;
  }
}

/** What a slot's own text becomes with the credential's main field in place of `{value}`. */
export function withMainField(
  template: string,
  kind: CredentialKind,
  fields: readonly string[],
): string | undefined {
  if (!template.includes('{value}')) return template;
  const main = usualTemplate(kind, fields, '');
  return main === undefined ? undefined : template.replaceAll('{value}', () => main);
}

/**
 * What is wrong with a template for a credential; undefined when nothing is. Its own text may hold no
 * control characters, and each `{field}` must be one that the credential has.
 */
export function templateProblem(
  template: string,
  kind: CredentialKind,
  fields: readonly string[],
): string | undefined {
  const parts = parse(template);
  if (!parts) return 'has a brace that is neither "{field}" nor doubled.';
  const texts = parts.filter((part) => typeof part === 'string');
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (texts.some((text) => /[\u0000-\u001f\u007f]/.test(text))) {
    return 'must not hold line breaks or other control characters.';
  }
  const has = [...fields, ...(derived[kind] ?? [])];
  const wanted = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.field]));
  if (wanted.length === 0) return `names no field: write one of ${list(has)} into it.`;
  return wanted.every((field) => has.includes(field))
    ? undefined
    : `names a field that the credential does not have: it has ${list(has)}.`;
}

/** The text that goes into a slot. Throws `AppError('invalid_input')` for a field that is not there. */
export function fillTemplate(template: string, fields: CredentialFields): Secret {
  const text = (parse(template) ?? [])
    .map((part) => (typeof part === 'string' ? part : fieldText(part.field, fields)))
    .join('');
  return new Secret(text);
}

function fieldText(field: string, fields: CredentialFields): string {
  const { username, password } = fields;
  if (Object.hasOwn(fields, field)) return fields[field]?.reveal() ?? '';
  if (field === 'basic' && username && password) {
    return Buffer.from(`${username.reveal()}:${password.reveal()}`).toString('base64');
  }
  throw new AppError(
    'invalid_input',
    `The credential has no field ${field} any more, which what it fills is made of. Bind it again.`,
    { details: { field } },
  );
}

/** Undefined when a brace stands alone. */
function parse(template: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(/\{\{|\}\}|\{([A-Za-z][A-Za-z0-9_]*)\}|([^{}]+)/g)) {
    if (match.index !== end) return undefined;
    end += match[0].length;
    const [whole, field, text] = match;
    if (field !== undefined) parts.push({ field });
    else parts.push(text ?? whole.slice(1));
  }
  return end === template.length ? parts : undefined;
}

function list(names: readonly string[]): string {
  return names.map((name) => `{${name}}`).join(', ');
}
