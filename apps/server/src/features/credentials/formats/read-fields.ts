import { Secret } from '@plugboard/vault';

import type { CredentialFields, CredentialKind } from '../vault.ts';
import { keyProblem, recognizeService } from './check-key.ts';
import { databaseFields, readDatabase } from './database.ts';
import { type FieldProblem, refuseFields } from './field-problem.ts';
import { passwordAdvice } from './password-advice.ts';
import { readKeyFile } from './service-account.ts';

/** A credential as somebody gave it, checked. */
export interface ReadFields {
  readonly fields: CredentialFields;
  /** What may be shown. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What the key itself tells of its service, when nobody said it. */
  readonly provider: string | undefined;
  /** What is worth knowing, in sentences. Quotes nothing. */
  readonly advice: readonly string[];
}

interface Read {
  readonly fields: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly problems?: readonly FieldProblem[];
  readonly provider?: string | undefined;
  readonly password?: string | undefined;
}

type Given = Readonly<Record<string, string>>;

const known: Readonly<Record<Exclude<CredentialKind, 'oauth' | 'custom'>, readonly string[]>> = {
  api_key: ['key', 'url'],
  database: databaseFields,
  service_account: ['json'],
  basic: ['username', 'password'],
};

const customName = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const mostFields = 50;
/** Shorter keys have no end that could be shown. */
const leastHinted = 20;
const hintLength = 4;

/**
 * Checks what is to be kept secret by kind and service. Throws `AppError('invalid_input')` naming each
 * field at fault and what would be right, never what it holds.
 */
export async function readFields(
  kind: CredentialKind,
  provider: string | undefined,
  given: Given,
): Promise<ReadFields> {
  refuseFields(nameProblems(kind, given));
  const read = readKind(kind, provider, given);
  refuseFields(read.problems ?? []);
  const { fields, facts = {}, password } = read;
  const related = Object.values(facts).filter((fact) => typeof fact === 'string');
  const advice =
    password === undefined || password === '' ? undefined : await passwordAdvice(password, related);
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, text]) => [name, new Secret(text)]),
    ),
    facts: { ...facts, fields: Object.keys(fields) },
    provider: read.provider,
    advice: advice === undefined ? [] : [advice],
  };
}

function readKind(kind: CredentialKind, provider: string | undefined, given: Given): Read {
  switch (kind) {
    case 'api_key':
      return readApiKey(given, provider);
    case 'database':
      return readDatabase(given);
    case 'service_account':
      return readServiceAccount(given);
    case 'basic':
      return readBasic(given);
    case 'custom':
      return readCustom(given);
    case 'oauth':
      return problem('kind', 'oauth is made by connecting an account.');
  }
}

function readApiKey(given: Given, provider: string | undefined): Read {
  const { key = '', url } = given;
  const trimmed = key.replace(/\r?\n$/, '');
  const wrong = keyProblem(trimmed, provider);
  if (wrong !== undefined) return problem('key', wrong);
  if (url !== undefined && !isServiceUrl(url)) {
    return problem('url', 'must be the https address of the service, without user name and query.');
  }
  return {
    fields: { key: trimmed, ...(url !== undefined && { url }) },
    facts: { ...hintOf(trimmed), ...(url !== undefined && { url }) },
    provider: provider ?? recognizeService(trimmed),
  };
}

function readServiceAccount({ json = '' }: Given): Read {
  if (json.trim() === '') return problem('json', 'must not be empty. Give the whole key file.');
  return { fields: { json }, ...readKeyFile(json) };
}

function readBasic({ username = '', password = '' }: Given): Read {
  if (username === '') return problem('username', 'must not be empty.');
  // RFC 7617 section 2.
  if (username.includes(':')) return problem('username', 'must not hold a colon.');
  if (password === '') return problem('password', 'must not be empty.');
  if (hasControl(username)) return problem('username', 'must not hold control characters.');
  if (hasControl(password)) return problem('password', 'must not hold control characters.');
  return { fields: { username, password }, facts: { username }, password };
}

function readCustom(given: Given): Read {
  const names = Object.keys(given);
  if (names.length === 0) return problem('fields', 'must not be empty: name at least one.');
  if (names.length > mostFields) return problem('fields', `are at most ${mostFields}.`);
  const empty = names.filter((name) => given[name] === '');
  return {
    fields: given,
    problems: empty.map((field) => ({ field, message: 'must not be empty.' })),
  };
}

/** Names are not quoted where they may be a secret that was given in the wrong place. */
function nameProblems(kind: CredentialKind, given: Given): readonly FieldProblem[] {
  const names = Object.keys(given);
  if (kind === 'oauth') return [];
  if (kind === 'custom') {
    return names.every((name) => customName.test(name))
      ? []
      : [
          {
            field: 'fields',
            message: 'must have names of letters, digits and underscores, beginning with a letter.',
          },
        ];
  }
  const takes = known[kind];
  return names.every((name) => takes.includes(name))
    ? []
    : [{ field: 'fields', message: `of the kind ${kind} are: ${takes.join(', ')}.` }];
}

function hintOf(key: string): { readonly hint?: string } {
  return key.length < leastHinted ? {} : { hint: `…${key.slice(-hintLength)}` };
}

function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocol === 'https:' && [username, password, search, hash].every((part) => part === '');
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return /[\u0000-\u001f\u007f]/.test(text);
}

function problem(field: string, message: string): Read {
  return { fields: {}, problems: [{ field, message }] };
}
