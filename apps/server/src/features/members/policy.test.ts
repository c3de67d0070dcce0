import { describe, expect, it } from 'vitest';

import { type Action, can, type Role, roles } from './policy.ts';

const organizationId = '0190b5a0-0000-7000-8000-000000000001';

function actor(role: Role) {
  return { organizationId, memberId: '0190b5a0-0000-7000-8000-000000000002', role };
}

const everyone: readonly Role[] = roles;
const managers: readonly Role[] = ['owner', 'admin'];

const table: readonly (readonly [Action, readonly Role[]])[] = [
  ['status.read', everyone],
  ['doctor.run', managers],
  ['toolbox.read', everyone],
  ['toolbox.create', managers],
  ['toolbox.delete', managers],
  ['instance.read', everyone],
  ['instance.add', managers],
  ['instance.remove', managers],
  ['instance.read_launch', managers],
  ['instance.read_logs', managers],
  ['instance.restart', managers],
  ['instance.test', managers],
  ['configuration.read', everyone],
  ['configuration.read_values', managers],
  ['configuration.change', managers],
  ['level.set', managers],
  ['agent.read', everyone],
  ['agent.create', managers],
  ['agent.revoke', managers],
  ['token.create', managers],
  ['token.revoke', managers],
  ['grant.read', everyone],
  ['grant.create', managers],
  ['grant.revoke', managers],
  ['access.check', everyone],
  ['call.create', managers],
  ['audit.read', ['owner', 'admin', 'auditor']],
];

describe('can', () => {
  it.each(table)('lets only the right roles do %s', (action, allowed) => {
    expect(roles.filter((role) => can(actor(role), action, { organizationId }))).toEqual(allowed);
  });

  it.each(table)('lets nobody do %s in another organization', (action) => {
    const elsewhere = { organizationId: '0190b5a0-0000-7000-8000-000000000009' };
    expect(roles.some((role) => can(actor(role), action, elsewhere))).toBe(false);
  });
});
