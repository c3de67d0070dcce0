const reservedNames = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what it refuses
const forbiddenCharacters = /[\u0000-\u001f\u007f\\:*?"<>|]/;

/**
 * Why a file of an archive must not be written under this name, or undefined for one that is safe on
 * every system: relative, staying inside, without names that a system keeps for itself.
 */
export function faultOfName(name: string): string | undefined {
  if (name === '' || name === '/') return 'has no name';
  if (name.startsWith('/')) return 'is an absolute path';
  if (Buffer.byteLength(name) > 1024) return 'has a name longer than 1024 bytes';
  if (forbiddenCharacters.test(name)) {
    return 'has a name with a control character, a backslash, a colon or another that systems forbid';
  }
  const segments = name.replace(/\/$/, '').split('/');
  for (const segment of segments) {
    if (segment === '') return 'has an empty part in its name';
    if (segment === '.' || segment === '..') return 'leads out of the bundle';
    if (Buffer.byteLength(segment) > 255) return 'has a part of its name longer than 255 bytes';
    if (/[. ]$/.test(segment)) return 'has a part of its name that ends in a dot or blank';
    if (reservedNames.test(segment)) return 'has a name that Windows keeps for devices';
  }
  return segments.length > 64 ? 'lies more than 64 folders deep' : undefined;
}

/** The same for names that some file system takes for one another. */
export function foldName(name: string): string {
  return name.replace(/\/$/, '').normalize('NFC').toLowerCase();
}
