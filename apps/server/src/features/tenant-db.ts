import type { Transaction } from 'kysely';

import type { Database } from '../store/schema.ts';

/** A transaction that `withTenant` opened: it sees the rows of one organization alone. */
export type TenantDb = Transaction<Database>;
