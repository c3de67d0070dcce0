import type { Need } from '@plugboard/contracts/api';

import { expiresSoonMs } from '../../credentials/present.ts';
import { may } from '../../credentials/permissions.ts';
import { selectCredentials } from '../../credentials/queries.ts';
import { type NeedContext, needId } from './need-context.ts';

/** Credentials that the actor can replace, and that have ended or soon will. */
export async function findCredentialNeeds({ actor, db, now }: NeedContext): Promise<Need[]> {
  const days = expiresSoonMs / 86_400_000;
  const rows = await selectCredentials(db, actor, { expiring: days, now });
  return rows.flatMap((row): Need[] => {
    const ends = row.expires_at;
    if (!ends || row.kind === 'oauth' || !may(actor, 'manage', row)) return [];
    const ended = ends.getTime() <= now;
    const day = ends.toISOString().slice(0, 10);
    const use =
      row.uses === 0
        ? 'No server uses it.'
        : `${row.uses === 1 ? 'One server uses' : `${row.uses} servers use`} it.`;
    return [
      {
        id: needId('credential_expiring', row.id),
        kind: 'credential_expiring',
        severity: row.uses === 0 ? 'low' : ended ? 'high' : 'medium',
        title: ended ? `${row.name} has expired` : `${row.name} expires soon`,
        detail: `${ended ? 'Its end was' : 'Its end is'} ${day}. ${use} Replace it with a new one.`,
        since: ends.toISOString(),
        credential: { id: row.id, name: row.name },
        action: { kind: 'replace', href: `/credentials/${row.id}` },
      },
    ];
  });
}
