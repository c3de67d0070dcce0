import type { CredentialView } from '@plugboard/contracts/api';

import type { Tone } from '../../ui/Badge.tsx';
import { relative } from '../../ui/RelativeTime.tsx';

export type CredentialKind = CredentialView['kind'];
/** Kinds that are entered; `oauth` ones are made by connecting an account. */
export type EnteredKind = Exclude<CredentialKind, 'oauth'>;

export const kindWords: Readonly<Record<CredentialKind, string>> = {
  api_key: 'API key',
  oauth: 'Connected account',
  database: 'Database',
  service_account: 'Service account',
  basic: 'User and password',
  custom: 'Custom fields',
};

export const enteredKinds = [
  'api_key',
  'database',
  'service_account',
  'basic',
  'custom',
] as const satisfies readonly EnteredKind[];

export const allKinds: readonly CredentialKind[] = ['oauth', ...enteredKinds];

/** The kind that a word names, if it does. */
export function credentialKindOf(word: string | undefined): CredentialKind | undefined {
  return allKinds.find((kind) => kind === word);
}

/** Whose it is, in a word or by name. */
export function ownerWords({ kind, name }: CredentialView['owner']): string {
  return kind === 'organization' ? 'Organization' : name;
}

/** What may be seen of the secret: its last characters, an account, a host. Never more than the server shows. */
export function maskedHint({ kind, facts }: CredentialView): string {
  const fact = (name: string) => {
    const value = facts[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  switch (kind) {
    case 'api_key':
      return `••••••••${fact('hint')?.replace(/^…/, '') ?? ''}`;
    case 'database':
      return [fact('engine'), fact('host'), fact('database')]
        .filter((part) => part !== undefined)
        .join(' · ');
    case 'service_account':
      return fact('email') ?? 'key file';
    case 'basic':
      return `${fact('username') ?? ''} · ••••••••`;
    case 'oauth':
      return 'tokens, renewed by Plugboard';
    case 'custom':
      return fieldNames(facts).join(', ');
  }
}

/** The names of the fields that are sealed. */
export function fieldNames(facts: CredentialView['facts']): readonly string[] {
  const { fields } = facts;
  return Array.isArray(fields) ? fields.filter((name) => typeof name === 'string') : [];
}

const expiryTones: Readonly<Record<CredentialView['expiry'], Tone>> = {
  never: 'neutral',
  later: 'neutral',
  soon: 'warn',
  expired: 'bad',
};

/** When it expires, in words; undefined for one that does not. */
export function expiryWords(
  { expiry, expiresAt }: Pick<CredentialView, 'expiry' | 'expiresAt'>,
  now: number,
): { readonly words: string; readonly tone: Tone } | undefined {
  if (expiresAt === undefined) return undefined;
  const when = relative(Date.parse(expiresAt), now);
  const words = expiry === 'expired' ? `expired ${when}` : `expires ${when}`;
  return { words, tone: expiryTones[expiry] };
}

export const testLooks = {
  accepted: { tone: 'good', word: 'Accepted' },
  refused: { tone: 'bad', word: 'Refused' },
  unknown: { tone: 'neutral', word: 'Not known' },
} as const satisfies Record<string, { tone: Tone; word: string }>;
