import type { ProviderDefinition, ProviderScope } from './definition.ts';

/**
 * What a scope permits, for the eyes of whoever consents. Of a scope that no data explain its name is
 * shown, and its risk is guessed upwards: what does not clearly read, writes.
 */
export function explainScope(
  definition: Pick<ProviderDefinition, 'scopes'> | undefined,
  scope: string,
): Omit<ProviderScope, 'usual'> {
  const known =
    definition?.scopes.find(({ name }) => name === scope) ??
    usualScopes.find(({ name }) => name === scope);
  if (known) return { name: scope, about: known.about, risk: known.risk };
  const words = scope.toLowerCase().split(/[^a-z]+/);
  if (words.some((word) => adminWords.has(word))) {
    return { name: scope, about: `Manage (${scope})`, risk: 'admin' };
  }
  if (words.some((word) => readWords.has(word)) && !words.some((word) => writeWords.has(word))) {
    return { name: scope, about: `Read (${scope})`, risk: 'read' };
  }
  return { name: scope, about: `Use ${scope}`, risk: 'write' };
}

const adminWords = new Set(['admin', 'manage', 'delete', 'owner', 'full', 'all', 'sudo']);
const readWords = new Set(['read', 'readonly', 'view', 'list', 'get', 'search']);
const writeWords = new Set(['write', 'readwrite', 'create', 'update', 'edit', 'send', 'modify']);

/** Of OpenID Connect, the same everywhere. */
const usualScopes: readonly Omit<ProviderScope, 'usual'>[] = [
  { name: 'openid', about: 'Know which account this is', risk: 'read' },
  { name: 'profile', about: 'Read your name and picture', risk: 'read' },
  { name: 'email', about: 'Read your e-mail address', risk: 'read' },
  { name: 'offline_access', about: 'Stay connected while you are away', risk: 'read' },
];
