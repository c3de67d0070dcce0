import { Secret, sealSecret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import { openInline } from '../../keys/open-inline.ts';
import type { SourceRow } from './queries.ts';

type Services = Pick<AppServices, 'keyring'>;

interface Owner {
  readonly organizationId: string;
  readonly sourceId: string;
}

export async function sealToken(
  { keyring }: Services,
  { organizationId, sourceId }: Owner,
  token: string,
): Promise<Buffer> {
  const key = await keyring.ownerKey(organizationId);
  const identity = { ownerId: organizationId, instanceId: sourceId, name: 'source token' };
  return sealSecret(key, identity, new Secret(token));
}

/** Undefined for a source without a token. */
export async function openToken(
  { keyring }: Services,
  { id, organization_id: ownerId, sealed_token: sealed }: SourceRow,
): Promise<Secret | undefined> {
  if (sealed === null) return undefined;
  return openInline(keyring, { ownerId, instanceId: id, name: 'source token' }, sealed);
}

/** What to send as Authorization; undefined for a source without a token. */
export async function openAuthorization(
  services: Services,
  source: SourceRow,
): Promise<Secret | undefined> {
  const token = await openToken(services, source);
  return token && new Secret(`Bearer ${token.reveal()}`);
}
