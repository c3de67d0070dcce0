import { withTenant } from '../../../store/tenant.ts';
import type { Author } from '../../change.ts';
import { recordRefusal } from '../refusals.ts';
import type { ConnectionServices } from '../services.ts';
import { endRequest, type RequestRow } from './requests.ts';

/** Ends a request without a connection, and puts on record why. */
export async function refuseRequest(
  services: Pick<ConnectionServices, 'db' | 'audit' | 'clock' | 'heard'>,
  author: Author,
  { id }: Pick<RequestRow, 'id'>,
  reason: string,
): Promise<void> {
  await withTenant(services.db, author.organizationId, (tx) =>
    endRequest(tx, id, { at: new Date(services.clock()), failure: reason }),
  );
  await recordRefusal(services, author, { reason, requestId: id });
}
