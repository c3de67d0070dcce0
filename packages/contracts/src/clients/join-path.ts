import type { Places } from './client.ts';

/** Joins parts of a path as the platform writes them; the later parts with `/`. */
export function joinPath({ platform }: Places, ...parts: readonly string[]): string {
  const joined = parts
    .map((part, position) => (position < parts.length - 1 ? part.replace(/[/\\]+$/, '') : part))
    .join('/');
  return platform === 'win32' ? joined.replaceAll('/', '\\') : joined;
}
