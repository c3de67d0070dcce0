/** What to say of a key that a server does not have. */
export function unknownKeyProblem(key: string, keys: readonly string[]): string {
  if (keys.length === 0) {
    return 'is not known: this server declares nothing to configure. Give variables (env), arguments (args) or headers themselves.';
  }
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const near = keys.find((each) => plain(each) === plain(key));
  if (near !== undefined) return `is not known. Did you mean ${near}?`;
  const shown = keys.slice(0, 20).join(', ');
  return `is not known. There are ${shown}${keys.length > 20 ? ' and others' : ''}.`;
}
