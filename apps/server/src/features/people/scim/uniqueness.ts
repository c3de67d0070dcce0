import { DatabaseError } from 'pg';

import { scimError } from './scim-error.ts';

const uniqueViolation = '23505';
/** Somebody else made the account anew in between. */
const foreignKeyViolation = '23503';

/** Does what may meet a resource of the same name; says so as RFC 7644 does. */
export async function refuseSameName<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof DatabaseError &&
      [uniqueViolation, foreignKeyViolation].includes(error.code ?? '')
    ) {
      throw scimError('uniqueness', 'There is a resource with this name or externalId already.');
    }
    throw error;
  }
}
