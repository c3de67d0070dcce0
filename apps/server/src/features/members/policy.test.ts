import { describe, expect, it } from 'vitest';

import { type Action, actions, can, mayManage, type Role, roles } from './policy.ts';

const organizationId = '0190b5a0-0000-7000-8000-000000000001';
const me = '0190b5a0-0000-7000-8000-000000000002';
const somebody = '0190b5a0-0000-7000-8000-000000000003';

const letters: Readonly<Record<Role, string>> = {
  owner: 'O',
  admin: 'A',
  member: 'M',
  auditor: 'U',
};

/**
 * The whole policy: Owner, Admin, Member, aUditor. Where it matters whose own a thing is, there are two
 * columns. It is written out here so that nobody changes who may do what by changing one line.
 */
const table: Readonly<Record<Action, string | { readonly own: string; readonly others: string }>> =
  {
    'status.read': 'OAMU',
    'doctor.run': 'OA',
    'overview.read': 'OAMU',
    'live.watch': 'OAMU',
    'toolbox.read': 'OAMU',
    'toolbox.create': 'OA',
    'toolbox.delete': 'OA',
    'import.plan': 'OA',
    'import.apply': 'OA',
    'bundle.read': 'OA',
    'bundle.upload': 'OA',
    'instance.read': 'OAMU',
    'instance.add': 'OA',
    'instance.remove': 'OA',
    'instance.read_launch': 'OA',
    'instance.read_logs': 'OA',
    'instance.restart': 'OA',
    'instance.test': 'OA',
    'instance.stop': 'OA',
    'instance.plan': 'OA',
    'version.read': 'OAMU',
    'version.ask_registries': 'OA',
    'version.read_history': 'OAMU',
    'version.plan': 'OA',
    'version.update': 'OA',
    'version.roll_back': 'OA',
    'licence_policy.read': 'OAMU',
    'licence_policy.set': 'OA',
    'configuration.read': 'OAMU',
    'configuration.read_values': 'OA',
    'configuration.change': 'OA',
    'level.set': 'OA',
    'agent.read': 'OAMU',
    'agent.create': 'OA',
    'agent.change': 'OA',
    'agent.revoke': 'OA',
    'token.create': 'OA',
    'token.revoke': { own: 'OAM', others: 'OA' },
    'agent.authorize': { own: 'OAM', others: 'OA' },
    'agent_client.read': 'OAMU',
    'agent_client.create': 'OA',
    'agent_client.revoke': 'OA',
    'toolbox.change': 'OA',
    'grant.read': 'OAMU',
    'grant.create': 'OA',
    'grant.revoke': 'OA',
    'access.check': 'OAMU',
    'call.create': 'OA',
    'catalog.read': 'OAMU',
    'source.read': 'OAMU',
    'source.manage': 'OA',
    'source.sync': 'OA',
    'lock.read': 'OAU',
    'lock.apply': 'OA',
    'lock.backup': 'OA',
    'lock.backup_secrets': 'O',
    'vault.read': 'OAU',
    'vault.rotate': 'O',
    'vault.rotate_master': 'O',
    'audit.read': 'OAU',
    'credential.read': { own: 'OAMU', others: 'OAU' },
    'credential.manage': 'OA',
    'credential.bind': 'OA',
    'credential.manage_own': { own: 'OAM', others: '' },
    'credential.bind_own': { own: 'OAM', others: '' },
    'credential.destroy': 'OA',
    'account.read': 'OAMU',
    'account.set': 'OA',
    'connection.read': 'OAMU',
    'connection.connect_own': 'OAM',
    'connection.connect_shared': 'OA',
    'connection.permit': 'OAM',
    'provider.read': 'OAMU',
    'provider.manage': 'OA',
    'me.read': 'OAMU',
    'member.read': 'OAMU',
    'member.read_email': 'OAU',
    'member.set_role': { own: 'O', others: 'OA' },
    'member.suspend': { own: '', others: 'OA' },
    'member.reinstate': { own: '', others: 'OA' },
    'member.remove': { own: 'OAMU', others: 'OA' },
    'member.reset_link': { own: '', others: 'OA' },
    'invitation.read': 'OA',
    'invitation.create': 'OA',
    'invitation.revoke': 'OA',
    'api_key.read': { own: 'OAMU', others: 'OA' },
    'api_key.create': { own: 'OAMU', others: '' },
    'api_key.revoke': { own: 'OAMU', others: 'OA' },
    'organization.read': 'OAMU',
    'organization.change': 'O',
    'organization.create': 'O',
    'provisioning.read': 'OAU',
    'provisioning.manage': 'O',
    'sso.read': 'OAU',
    'sso.manage': 'OA',
    'sso.manage_as_owner': 'O',
  };

function allowed(action: Action, memberId: string | undefined): string {
  return roles
    .filter((role) =>
      can({ organizationId, memberId: me, role }, action, { organizationId, memberId }),
    )
    .map((role) => letters[role])
    .join('');
}

describe('can', () => {
  it('has no action that is missing here', () => {
    expect(Object.keys(table).toSorted()).toEqual(actions.toSorted());
  });

  it.each(actions)('lets only the right roles do %s', (action) => {
    const row = table[action];
    const { own, others } = typeof row === 'string' ? { own: row, others: row } : row;
    expect({ own: allowed(action, me), others: allowed(action, somebody) }).toEqual({
      own,
      others,
    });
    // What is nobody's own is not one's own.
    expect(allowed(action, undefined)).toBe(others);
  });

  it.each(actions)('lets nobody do %s in another organization', (action) => {
    const elsewhere = { organizationId: '0190b5a0-0000-7000-8000-000000000009', memberId: me };
    for (const role of roles) {
      expect(can({ organizationId, memberId: me, role }, action, elsewhere)).toBe(false);
    }
  });
});

describe('mayManage', () => {
  it('leaves owners to owners, and roles to who manages members', () => {
    const rows = roles.map((role) => [role, roles.filter((other) => mayManage({ role }, other))]);
    expect(rows).toEqual([
      ['owner', ['owner', 'admin', 'member', 'auditor']],
      ['admin', ['admin', 'member', 'auditor']],
      ['member', []],
      ['auditor', []],
    ]);
  });
});
