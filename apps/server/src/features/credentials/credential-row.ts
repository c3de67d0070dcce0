import type { Selectable } from 'kysely';

import type { Database } from '../../store/schema.ts';

/** A credential as it is stored, without what is sealed. */
export type CredentialRow = Omit<Selectable<Database['credentials']>, 'sealed_key'>;

/** All columns but the sealed key, which only the vault reads. */
export const credentialColumns = [
  'credentials.id',
  'credentials.organization_id',
  'credentials.owner_kind',
  'credentials.member_id',
  'credentials.agent_id',
  'credentials.kind',
  'credentials.provider',
  'credentials.name',
  'credentials.labels',
  'credentials.facts',
  'credentials.owner_key_id',
  'credentials.version',
  'credentials.expires_at',
  'credentials.test',
  'credentials.created_by',
  'credentials.created_at',
  'credentials.updated_at',
  'credentials.last_opened_at',
  'credentials.destroyed_at',
] as const;
