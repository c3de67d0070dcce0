import type { ChangeEvent } from '@plugboard/contracts';
import type { ChangeRecord } from '@plugboard/gateway';

import type { AppServices } from '../app/services.ts';
import { publish } from '../store/events.ts';
import type { TenantDb } from './tenant-db.ts';
import { withTenant } from '../store/tenant.ts';

export type ChangeServices = Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard'>;

/** Who makes a change: a member, or the system itself when there is no member. */
export interface Author {
  readonly organizationId: string;
  readonly memberId?: string;
}

/** What the audit log says of a change. */
export type ChangeFacts = Pick<ChangeRecord, 'kind' | 'agentId' | 'instanceId' | 'change'>;

/** A change that was made, what the audit log says of it, and who must hear of it. */
export interface Change<T> {
  readonly result: T;
  /** At least one. */
  readonly record: ChangeFacts | readonly [ChangeFacts, ...ChangeFacts[]];
  readonly events: readonly ChangeEvent[];
}

/**
 * Makes a change with its audit record in one transaction; its events go out when it has committed
 * and never without it. When this resolves the change is in force here. `make` answers undefined
 * when there turned out to be nothing to change.
 */
export async function commitChange<T>(
  services: ChangeServices,
  author: Author,
  make: (db: TenantDb) => Promise<Change<T>>,
): Promise<T>;
export async function commitChange<T>(
  services: ChangeServices,
  author: Author,
  make: (db: TenantDb) => Promise<Change<T> | undefined>,
): Promise<T | undefined>;
export async function commitChange<T>(
  { db, audit, clock, heard }: ChangeServices,
  { organizationId, memberId }: Author,
  make: (db: TenantDb) => Promise<Change<T> | undefined>,
): Promise<T | undefined> {
  const result = await withTenant(db, organizationId, async (tx) => {
    const change = await make(tx);
    if (!change) return undefined;
    for (const event of change.events) await publish(tx, event);
    // Last, for until the end of the transaction every other record of the organization waits.
    const facts = [change.record].flat();
    const about = { at: clock(), ...(memberId !== undefined && { memberId }) };
    await audit.appendWithin(
      tx,
      organizationId,
      ...facts.map((record) => ({ ...record, ...about })),
    );
    return change.result;
  });
  await heard();
  return result;
}
