import { maxSlugLength } from '@plugboard/contracts';

/** A slug made of whatever a client called a server. */
export function slugOf(name: string): string {
  const plain = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const begun = /^[a-z]/.test(plain) ? plain : `server-${plain}`;
  return begun.slice(0, maxSlugLength).replace(/-+$/, '');
}

/** The slug itself, or the first of `slug-2`, `slug-3`, … that is not taken. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  for (let number = 2; ; number += 1) {
    const end = `-${number}`;
    const next = slug.slice(0, maxSlugLength - end.length).replace(/-+$/, '') + end;
    if (!taken.has(next)) return next;
  }
}
