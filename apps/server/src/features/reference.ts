import { AppError, idPattern } from '@plugboard/contracts';

/** The column that a reference of a request is compared with: no slug looks like an id. */
export function refColumn(ref: string): 'id' | 'slug' {
  return idPattern.test(ref) ? 'id' : 'slug';
}

/** What to throw when nothing goes by that slug or id. */
export function noSuch(noun: string, ref: string): AppError {
  return new AppError(
    'not_found',
    `There is no ${noun} "${ref}". Check its slug or id in the list of ${noun === 'toolbox' ? 'toolboxes' : `${noun}s`}.`,
    { details: { noun, ref } },
  );
}

/** What to throw when a slug is in use. */
export function slugTaken(noun: string, slug: string): AppError {
  return new AppError(
    'conflict',
    `There is already ${noun === 'toolbox' ? 'a' : 'an'} ${noun} "${slug}". Choose another slug.`,
    {
      details: { noun, slug },
    },
  );
}
