import type { Grant } from '@plugboard/contracts/api';

import type { GrantRow } from './queries.ts';

export function presentGrant(row: GrantRow, now: number): Grant {
  return {
    id: row.id,
    agent: { id: row.agent_id, slug: row.agent_slug },
    effect: row.effect,
    level: row.level,
    target: presentTarget(row),
    expired: row.expires_at !== null && row.expires_at.getTime() <= now,
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
    createdAt: row.created_at.toISOString(),
  };
}

function presentTarget(row: GrantRow): Grant['target'] {
  if (row.toolbox_id !== null) {
    return { scope: 'toolbox', toolbox: { id: row.toolbox_id, slug: row.toolbox_slug ?? '' } };
  }
  const instance = { id: row.instance_id ?? '', slug: row.instance_slug ?? '' };
  const { offering_kind: kind, offering_name: name } = row;
  if (kind === null || name === null) return { scope: 'instance', instance };
  return { scope: 'offering', instance, kind, name };
}
