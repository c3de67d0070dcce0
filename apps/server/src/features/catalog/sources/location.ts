import { AppError } from '@plugboard/contracts';
import type { AddSourceInput } from '@plugboard/contracts/api';

/** Whether a folder's location is a repository and not a path. */
export function isRepository(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location);
}

/** Throws `AppError('invalid_input')` unless a source of that kind can lie there. */
export function checkLocation(
  kind: AddSourceInput['kind'],
  location: string,
  allowPrivateNetwork: boolean,
): void {
  if (kind !== 'registry' && !isRepository(location)) {
    if (!/^[^:]*$/.test(location)) {
      throw wrong('Name a path inside the catalog folder, or an https URL.');
    }
    return;
  }
  const url = URL.parse(location);
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw wrong(`"${location.slice(0, 200)}" is not an https URL.`);
  }
  if (url.username || url.password) {
    throw wrong('Give the token of a source as its token, not in its URL, which everybody sees.');
  }
  if (url.hash) throw wrong('A location has no fragment (#…).');
  if (kind === 'registry' && url.search)
    throw wrong('The location of a registry has no query (?…).');
  if (url.protocol === 'http:' && !allowPrivateNetwork) {
    throw wrong('Plain http is for private networks that an admin allowed (allowPrivateNetwork).');
  }
}

function wrong(message: string): AppError {
  return new AppError('invalid_input', message);
}
