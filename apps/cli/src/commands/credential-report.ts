import type { AccountView, CredentialView, ShownCredential } from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';

/** Credentials by their service, for people. */
export function listCredentials(style: Style, credentials: readonly CredentialView[]): string {
  if (credentials.length === 0) {
    return 'There is no such credential. Add one: plugboard credential add NAME --provider github\n';
  }
  return table(
    style,
    ['provider', 'credential', 'kind', 'owner', 'hint', 'uses', 'expires', 'test'],
    credentials.map((each) => [
      each.provider ?? '',
      style.name(plainText(each.name)),
      each.kind,
      ownerLine(each),
      hintOf(each),
      String(each.uses),
      expiryLine(each),
      each.test?.outcome ?? '',
    ]),
  );
}

export function presentCredential(style: Style, shown: ShownCredential): string {
  const { test, bindings, labels } = shown;
  const facts: readonly (readonly [string, string])[] = [
    ['id', shown.id],
    ['kind', shown.provider === undefined ? shown.kind : `${shown.kind} of ${shown.provider}`],
    ['owner', ownerLine(shown)],
    ...Object.entries(shown.facts).map(([name, value]) => [name, factText(value)] as const),
    ...(labels.length > 0 ? [['labels', labels.join(', ')] as const] : []),
    ['version', String(shown.version)],
    ['expires', expiryLine(shown)],
    ['opened', shown.lastOpenedAt ?? 'never'],
    ...(test
      ? [['test', `${test.outcome}: ${plainText(test.message)} (${test.at})`] as const]
      : []),
    ...bindings.map(
      (each) =>
        [
          'fills',
          `${each.slot} of ${each.instance.slug}, for ${plainText(each.for.name)}`,
        ] as const,
    ),
  ];
  const lines = facts.map(([name, value]) => `  ${style.quiet(name.padEnd(10))} ${value}\n`);
  return `${style.name(plainText(shown.name))}\n${lines.join('')}`;
}

/** What a member has to provide, instance by instance. */
export function presentAccounts(style: Style, accounts: readonly AccountView[]): string {
  if (accounts.length === 0) return 'No server asks you for an account of your own.\n';
  return accounts
    .map(({ instance, ready, slots }) => {
      const head = `${style.name(instance.slug)}: ${ready ? 'ready' : 'needs you'}\n`;
      const lines = slots.map(({ slot, filled, credential, url, required, changes }) => {
        const state = filled
          ? plainText(credential ?? 'filled')
          : `missing${required ? '' : ' (optional)'}${url === undefined ? '' : `; get one at ${plainText(url)}`}`;
        if (changes) {
          const why = `was changed since: ${plainText(changes.join('; '))}`;
          const confirm = style.quiet(`    plugboard credential confirm ${instance.slug}\n`);
          return `  ${slot.padEnd(28)} ${state}, not given to it, which ${why}\n${confirm}`;
        }
        const cure = filled
          ? ''
          : style.quiet(`    plugboard credential bind ${instance.slug} ${slot} NAME\n`);
        return `  ${slot.padEnd(28)} ${state}\n${cure}`;
      });
      return head + lines.join('');
    })
    .join('');
}

function ownerLine({ owner }: CredentialView): string {
  return owner.kind === 'organization' ? 'organization' : `${owner.kind} ${plainText(owner.name)}`;
}

function hintOf({ facts }: CredentialView): string {
  const shown = facts['hint'] ?? facts['username'] ?? facts['email'] ?? facts['host'];
  return shown === undefined ? '' : factText(shown);
}

function expiryLine({ expiry, expiresAt }: CredentialView): string {
  if (expiresAt === undefined) return 'never';
  const day = expiresAt.slice(0, 10);
  return expiry === 'later' ? day : `${day} (${expiry})`;
}

function factText(value: unknown): string {
  return plainText(Array.isArray(value) ? value.join(', ') : String(value));
}
