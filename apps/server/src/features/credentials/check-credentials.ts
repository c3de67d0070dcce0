import type { DoctorCheck } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { expiresSoonMs } from './present.ts';

const mostNamed = 5;

/** What a doctor says of credentials: which have expired, soon will, or are refused by their service. */
export async function checkCredentials(
  { db, clock }: Pick<AppServices, 'db' | 'clock'>,
  organizationId: string,
): Promise<DoctorCheck[]> {
  const now = clock();
  const rows = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('credentials')
      .select(['name', 'expires_at', sql<string | null>`test ->> 'outcome'`.as('outcome')])
      .where('destroyed_at', 'is', null)
      .where('kind', '!=', 'oauth')
      .orderBy('name')
      .execute(),
  );
  const at = (from: number, to: number) =>
    rows.filter(({ expires_at: ends }) => ends && ends.getTime() > from && ends.getTime() <= to);
  const expired = at(-Infinity, now);
  const soon = at(now, now + expiresSoonMs);
  const refused = rows.filter(({ outcome }) => outcome === 'refused');
  const cure =
    'Replace them: plugboard credential replace NAME. See: plugboard credential list --expiring 14';
  const found: DoctorCheck[] = [];
  if (expired.length > 0) {
    found.push({
      name: 'credentials',
      result: 'warning',
      message: `Expired: ${named(expired)}.`,
      cure,
    });
  }
  if (soon.length > 0) {
    found.push({
      name: 'credentials',
      result: 'warning',
      message: `Expire within two weeks: ${named(soon)}.`,
      cure,
    });
  }
  if (refused.length > 0) {
    found.push({
      name: 'credentials',
      result: 'warning',
      message: `Refused by their services when they were tested: ${named(refused)}.`,
      cure,
    });
  }
  if (found.length > 0) return found;
  return [
    { name: 'credentials', result: 'ok', message: `${rows.length} are kept; none expires soon.` },
  ];
}

function named(rows: readonly { readonly name: string }[]): string {
  const names = rows.slice(0, mostNamed).map(({ name }) => name);
  return names.join(', ') + (rows.length > mostNamed ? ` and ${rows.length - mostNamed} more` : '');
}
