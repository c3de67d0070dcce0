import type { ChangeFacts } from '../change.ts';
import type { GrantRow } from './queries.ts';

/** What the audit log says of a grant that was made or taken back. */
export function grantRecord(
  kind: 'grant.created' | 'grant.revoked',
  grant: Omit<GrantRow, 'created_at'>,
): ChangeFacts {
  const { offering_kind: offeringKind, offering_name: name } = grant;
  return {
    kind,
    agentId: grant.agent_id,
    ...(grant.instance_id !== null && { instanceId: grant.instance_id }),
    change: {
      id: grant.id,
      agent: grant.agent_slug,
      effect: grant.effect,
      level: grant.level,
      ...(grant.toolbox_slug !== null && { toolbox: grant.toolbox_slug }),
      ...(grant.instance_slug !== null && { instance: grant.instance_slug }),
      ...(offeringKind !== null && name !== null && { offering: { kind: offeringKind, name } }),
      expiresAt: grant.expires_at?.toISOString() ?? null,
    },
  };
}
