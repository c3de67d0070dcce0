import type {
  CredentialOwnerView,
  CredentialTest,
  CredentialVersionView,
  CredentialView,
} from '@plugboard/contracts/api';
import { z } from 'zod';

import type { ListedCredential, selectVersions } from './queries.ts';

/** How long before it expires a credential is told of. */
export const expiresSoonMs = 14 * 86_400_000;

const testSchema = z.object({
  at: z.string(),
  outcome: z.enum(['accepted', 'refused', 'unknown']),
  message: z.string(),
});
const factsSchema = z.record(z.string(), z.unknown());

export function presentCredential(row: ListedCredential, now: number): CredentialView {
  const test = testFromRow(row.test);
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    ...(row.provider !== null && { provider: row.provider }),
    owner: presentOwner(row),
    labels: row.labels,
    facts: factsFromRow(row.facts),
    version: row.version,
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
    expiry: expiryOf(row.expires_at, now),
    ...(test && { test }),
    uses: row.uses,
    ...(row.created_by !== null &&
      row.creator_name !== null && { createdBy: { id: row.created_by, name: row.creator_name } }),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    ...(row.last_opened_at && { lastOpenedAt: row.last_opened_at.toISOString() }),
  };
}

interface Owned {
  readonly owner_kind: 'organization' | 'member' | 'agent';
  readonly member_id: string | null;
  readonly agent_id: string | null;
  readonly member_name: string | null;
  readonly agent_slug: string | null;
}

export function presentOwner(row: Owned): CredentialOwnerView {
  const { owner_kind: kind, member_id: memberId, agent_id: agentId } = row;
  if (kind === 'member') return { kind, id: memberId ?? '', name: row.member_name ?? '' };
  if (kind === 'agent') return { kind, id: agentId ?? '', name: row.agent_slug ?? '' };
  return { kind, name: 'organization' };
}

type VersionRow = Awaited<ReturnType<typeof selectVersions>>[number];

export function presentVersion(row: VersionRow, current: number): CredentialVersionView {
  return {
    version: row.version,
    current: row.version === current,
    kept: row.destroyed_at === null,
    ...(row.note !== null && { note: row.note }),
    ...(row.member_id !== null &&
      row.member_name !== null && { createdBy: { id: row.member_id, name: row.member_name } }),
    createdAt: row.created_at.toISOString(),
    ...(row.destroyed_at && { destroyedAt: row.destroyed_at.toISOString() }),
  };
}

export function factsFromRow(stored: unknown): Readonly<Record<string, unknown>> {
  return factsSchema.parse(stored);
}

/** The names of the fields that a credential has; those of the token for one that was connected. */
export function fieldsFromRow(row: Pick<ListedCredential, 'kind' | 'facts'>): readonly string[] {
  const names = z.array(z.string()).safeParse(factsFromRow(row.facts)['fields']);
  return names.success ? names.data : row.kind === 'oauth' ? ['access_token'] : [];
}

function testFromRow(stored: unknown): CredentialTest | undefined {
  return stored === null ? undefined : testSchema.safeParse(stored).data;
}

function expiryOf(expiresAt: Date | null, now: number): CredentialView['expiry'] {
  if (expiresAt === null) return 'never';
  const left = expiresAt.getTime() - now;
  if (left <= 0) return 'expired';
  return left <= expiresSoonMs ? 'soon' : 'later';
}
