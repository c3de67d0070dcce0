import { AppError, idPattern } from '@plugboard/contracts';
import type { ListCredentialsInput } from '@plugboard/contracts/api';
import { type Expression, type SqlBool, sql } from 'kysely';

import type { Actor } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';
import { type CredentialRow, credentialColumns } from './credential-row.ts';
import { maySee } from './permissions.ts';

/** A credential with what tells whose it is. */
export type OwnedCredential = CredentialRow & {
  /** Of the agent that owns it, the member whose agent that is. */
  readonly agent_member_id: string | null;
};

/** A credential with the names of who has to do with it. */
export type ListedCredential = OwnedCredential & {
  readonly member_name: string | null;
  readonly agent_slug: string | null;
  readonly creator_name: string | null;
  readonly uses: number;
};

/** Those that are not destroyed. */
function credentials(db: TenantDb) {
  return db
    .selectFrom('credentials')
    .leftJoin('members as owner', 'owner.id', 'credentials.member_id')
    .leftJoin('agents', 'agents.id', 'credentials.agent_id')
    .leftJoin('members as creator', 'creator.id', 'credentials.created_by')
    .where('credentials.destroyed_at', 'is', null)
    .select(credentialColumns)
    .select([
      'owner.name as member_name',
      'agents.slug as agent_slug',
      'agents.member_id as agent_member_id',
      'creator.name as creator_name',
    ])
    .select((eb) =>
      eb
        .selectFrom('instance_credentials')
        .whereRef('instance_credentials.credential_id', '=', 'credentials.id')
        .select(sql<number>`count(*)::int`.as('count'))
        .$asScalar()
        .$notNull()
        .as('uses'),
    );
}

export interface CredentialFilter extends Omit<ListCredentialsInput, 'agent'> {
  readonly agentId?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

const dayMs = 86_400_000;

/** What a member may see of them, by provider and name. */
export async function selectCredentials(
  db: TenantDb,
  actor: Actor,
  filter: CredentialFilter,
): Promise<readonly ListedCredential[]> {
  const { kind, provider, label, owner, mine, expiring, unused, agentId, now } = filter;
  const rows = await credentials(db)
    .where((eb) => {
      const all: Expression<SqlBool>[] = [];
      if (kind !== undefined) all.push(eb('credentials.kind', '=', kind));
      if (provider !== undefined) all.push(eb('credentials.provider', '=', provider));
      if (label !== undefined) {
        all.push(sql<SqlBool>`credentials.labels @> array[${label}]::text[]`);
      }
      if (owner !== undefined) all.push(eb('credentials.owner_kind', '=', owner));
      if (agentId !== undefined) all.push(eb('credentials.agent_id', '=', agentId));
      if (mine === true) {
        all.push(
          eb.or([
            eb('credentials.member_id', '=', actor.memberId),
            eb('agents.member_id', '=', actor.memberId),
          ]),
        );
      }
      if (expiring !== undefined) {
        all.push(eb('credentials.expires_at', '<=', new Date(now + expiring * dayMs)));
      }
      if (unused === true) {
        all.push(
          eb.not(
            eb.exists(
              eb
                .selectFrom('instance_credentials')
                .whereRef('instance_credentials.credential_id', '=', 'credentials.id')
                .select('instance_credentials.id'),
            ),
          ),
        );
      }
      for (const word of wordsOf(filter.q)) {
        all.push(sql<SqlBool>`position(${word} in lower(concat_ws(' ', credentials.name,
          credentials.provider, credentials.kind, array_to_string(credentials.labels, ' '),
          owner.name, agents.slug))) > 0`);
      }
      return eb.and(all);
    })
    .orderBy(sql`coalesce(credentials.provider, '~')`)
    .orderBy('credentials.name')
    .orderBy('credentials.id')
    .execute();
  return rows.filter((row) => maySee(actor, row));
}

/**
 * One that a member may see, by its id or its name; of several with that name the shared one of the
 * organization or, when there is none, the member's own. Throws `AppError('not_found')`, and
 * `conflict` when the name does not tell which.
 */
export async function requireVisible(
  db: TenantDb,
  actor: Actor,
  ref: string,
): Promise<ListedCredential> {
  const found = await credentials(db)
    .where(idPattern.test(ref) ? 'credentials.id' : 'credentials.name', '=', ref)
    .execute();
  const visible = found.filter((row) => maySee(actor, row));
  const [only] = visible;
  if (only && visible.length === 1) return only;
  const first =
    visible.find((row) => row.owner_kind === 'organization') ??
    visible.find((row) => row.member_id === actor.memberId);
  if (first) return first;
  if (only) {
    throw new AppError(
      'conflict',
      `Several credentials go by "${ref}". Name the one that is meant by its id.`,
      { details: { ids: visible.map(({ id }) => id) } },
    );
  }
  throw new AppError(
    'not_found',
    `There is no credential "${ref}". Check its name or id in the list of credentials.`,
    { details: { noun: 'credential', ref } },
  );
}

export function selectVersions(db: TenantDb, credentialId: string) {
  return db
    .selectFrom('credential_versions')
    .leftJoin('members', 'members.id', 'credential_versions.member_id')
    .where('credential_id', '=', credentialId)
    .select([
      'credential_versions.version',
      'credential_versions.note',
      'credential_versions.member_id',
      'credential_versions.created_at',
      'credential_versions.destroyed_at',
      'members.name as member_name',
    ])
    .orderBy('version', 'desc')
    .execute();
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
}
