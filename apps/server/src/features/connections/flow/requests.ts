import { hash } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { openSecret, Secret, sealSecret } from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { ConnectionServices } from '../services.ts';
import { type SealedRequest, sealedRequestSchema } from './intent.ts';

export type RequestRow = Selectable<Database['authorization_requests']>;

type Services = Pick<ConnectionServices, 'keyring'>;

/** How long a person has to begin, and after that to come back, in milliseconds. */
export const requestMs = 15 * 60 * 1000;

/** What a state or a browser's cookie is kept as. */
export function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

export async function sealRequest(
  { keyring }: Services,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
  request: SealedRequest,
): Promise<Buffer> {
  const key = await keyring.ownerKey(organizationId);
  return sealSecret(key, identityOf(organizationId, id), new Secret(JSON.stringify(request)));
}

/** Rejects with `AppError('conflict')` for one sealed with a key that is gone: it is begun again. */
export async function openRequest(
  { keyring }: Services,
  { organization_id: organizationId, id, sealed }: RequestRow,
): Promise<SealedRequest> {
  for (const { key } of await keyring.all({ organizationId, kind: 'organization' })) {
    try {
      const text = openSecret(key, identityOf(organizationId, id), sealed).reveal();
      return sealedRequestSchema.parse(JSON.parse(text));
    } catch {
      // Perhaps an earlier key.
    }
  }
  throw new AppError('conflict', 'This sign-in cannot be gone on with. Begin again.', {
    details: { reason: 'unreadable' },
  });
}

export function selectRequest(db: TenantDb, id: string): Promise<RequestRow | undefined> {
  return db
    .selectFrom('authorization_requests')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Ends a request; resolves with false when it had ended. */
export async function endRequest(
  db: TenantDb,
  id: string,
  ending: { readonly at: Date; readonly connectionId?: string; readonly failure?: string },
): Promise<boolean> {
  const row = await db
    .updateTable('authorization_requests')
    .set({
      ended_at: ending.at,
      ...(ending.connectionId !== undefined && { connection_id: ending.connectionId }),
      failure: ending.failure ?? null,
      // Verifier, nonce and keys are of no more use to anybody.
      sealed: Buffer.alloc(0),
      state_hash: null,
      browser_hash: null,
    })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

function identityOf(organizationId: string, id: string) {
  return { ownerId: organizationId, instanceId: id, name: 'authorization request' };
}
