import { AppError, idPattern } from '@plugboard/contracts';

import type { Actor } from '../members/policy.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';

/** A connection with what its credential says of it. */
export type ConnectionRow = NonNullable<Awaited<ReturnType<typeof selectConnectionById>>>;

/** Connections that are not destroyed. */
function connections(db: TenantDb) {
  return db
    .selectFrom('connections')
    .innerJoin('credentials', 'credentials.id', 'connections.credential_id')
    .where('credentials.destroyed_at', 'is', null)
    .selectAll('connections')
    .select([
      'credentials.name',
      'credentials.owner_kind',
      'credentials.member_id',
      'credentials.agent_id',
      'credentials.version',
      'credentials.facts',
      'credentials.created_by',
    ]);
}

/** What a server asked for, that was not granted. */
export function wantedScopes({
  scopes,
  wanted_scopes: wanted,
}: Pick<ConnectionRow, 'scopes' | 'wanted_scopes'>): readonly string[] {
  return wanted.filter((scope) => !scopes.includes(scope));
}

/** Why it needs sign-in, as a code: its state, or that a server asks for more. */
export function reasonOf(
  row: Pick<ConnectionRow, 'state' | 'reason' | 'scopes' | 'wanted_scopes'>,
): string | undefined {
  if (row.state !== 'connected') return row.reason ?? undefined;
  return wantedScopes(row).length > 0 ? 'scopes' : undefined;
}

export function selectConnectionById(db: TenantDb, id: string) {
  return connections(db).where('connections.id', '=', id).executeTakeFirst();
}

/**
 * Until the transaction is over, nobody else changes a connection or its tokens. Whatever changes both
 * locks the connection first and its credential after it, so that no two wait for each other.
 */
export async function lockConnection(db: TenantDb, id: string): Promise<void> {
  // As an update locks: rows that refer to it may still come.
  await db.selectFrom('connections').select('id').where('id', '=', id).forNoKeyUpdate().execute();
}

/** Those that a member may see: the organization's, agents' and its own; owners, admins and auditors see all. */
export function selectConnections(db: TenantDb, { memberId, role }: Actor) {
  return connections(db)
    .$if(role === 'member', (query) =>
      query.where((eb) =>
        eb.or([
          eb('credentials.owner_kind', '=', 'organization'),
          eb('credentials.member_id', '=', memberId),
        ]),
      ),
    )
    .orderBy('credentials.name')
    .orderBy('connections.id')
    .execute();
}

/** By its id or its name; a name that several have is the asker's own, or else refused. */
export async function requireConnection(
  db: TenantDb,
  actor: Actor,
  ref: string,
): Promise<ConnectionRow> {
  const visible = await selectConnections(db, actor);
  if (idPattern.test(ref)) {
    const row = visible.find(({ id }) => id === ref.toLowerCase());
    if (!row) throw noSuch('connection', ref);
    return row;
  }
  const named = visible.filter(({ name }) => name === ref);
  const own = named.filter((row) => row.member_id === actor.memberId);
  const [only, ...others] = own.length > 0 ? own : named;
  if (!only) throw noSuch('connection', ref);
  if (others.length === 0) return only;
  throw new AppError(
    'conflict',
    `${named.length} connections are named "${ref}". Say which by its id.`,
    { details: { ids: named.map(({ id }) => id) } },
  );
}
