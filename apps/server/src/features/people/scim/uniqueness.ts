import { DatabaseError } from 'pg';

import { scimError } from './scim-error.ts';

const uniqueViolation = '23505';

/** Does what may meet a resource of the same name; says so as RFC 7644 does. */
export async function refuseSameName<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError && error.code === uniqueViolation) {
      throw scimError('uniqueness', 'There is a resource with this name or externalId already.');
    }
    throw error;
  }
}
