import type { Need } from '@plugboard/contracts/api';

import { type ConnectionRow, reasonOf, selectConnections } from '../../connections/queries.ts';
import { wordsFor } from '../../connections/refusals.ts';
import type { Actor } from '../../members/policy.ts';
import { clipped, mayDo, type NeedContext, needId } from './need-context.ts';

/** Connections that the actor can sign in to again. */
export async function findConnectionNeeds(context: NeedContext): Promise<Need[]> {
  const { actor, db } = context;
  const rows = await selectConnections(db, actor);
  const shared = mayDo(context, 'connection.connect_shared');
  return rows.flatMap((row): Need[] => {
    const reason = reasonOf(row);
    if (reason === undefined || !maySignIn(row, actor, shared)) return [];
    const lost = row.state === 'needs_sign_in';
    const blocked =
      row.blocked_calls === 0
        ? ''
        : ` ${row.blocked_calls === 1 ? 'One call' : `${row.blocked_calls} calls`} failed since.`;
    return [
      {
        id: needId('sign_in', row.id),
        kind: 'sign_in',
        severity: lost ? 'high' : 'medium',
        title: lost ? `Sign in to ${row.name} again` : `${row.name} asks for more`,
        detail: clipped(`${wordsFor(reason)}${blocked}`),
        since: row.updated_at.toISOString(),
        connection: { id: row.id, provider: row.provider ?? row.issuer },
        action: { kind: 'sign_in', href: `/connect/${row.id}` },
      },
    ];
  });
}

/** What is a member's own is that member's alone to sign in to. */
function maySignIn(row: ConnectionRow, actor: Actor, shared: boolean): boolean {
  return row.owner_kind === 'member' ? row.member_id === actor.memberId : shared;
}
