/** A member acting through an API key, or signed in. */
export interface Actor {
  readonly organizationId: string;
  readonly memberId: string;
  readonly role: Role;
  /** The person, when it is known who the member is. */
  readonly userId?: string | undefined;
  /** The session they act through; absent for an API key. */
  readonly sessionId?: string | undefined;
}

export const roles = ['owner', 'admin', 'member', 'auditor'] as const;

export type Role = (typeof roles)[number];

const everyone = roles;
const managers = ['owner', 'admin'] as const;

/** Who may do something to what is a member's own, and who to what is of others. */
interface Rule {
  readonly own: readonly Role[];
  readonly others: readonly Role[];
}

/** Who may do what. What is not listed may be done by nobody. A list alone makes no such difference. */
const allowed = {
  'status.read': ['owner', 'admin', 'member', 'auditor'],
  'doctor.run': ['owner', 'admin'],
  // What is shown in it is asked of each action of its own.
  'overview.read': everyone,
  'live.watch': everyone,
  'toolbox.read': ['owner', 'admin', 'member', 'auditor'],
  'toolbox.create': ['owner', 'admin'],
  'toolbox.delete': ['owner', 'admin'],
  // An import adds instances, and its plan shows how others are launched.
  'import.plan': ['owner', 'admin'],
  'import.apply': ['owner', 'admin'],
  'bundle.read': ['owner', 'admin'],
  'bundle.upload': ['owner', 'admin'],
  'instance.read': ['owner', 'admin', 'member', 'auditor'],
  // A launch is a command line: whoever sets any of it runs code on this machine.
  'instance.add': ['owner', 'admin'],
  'instance.remove': ['owner', 'admin'],
  'instance.read_launch': ['owner', 'admin'],
  'instance.read_logs': ['owner', 'admin'],
  'instance.restart': ['owner', 'admin'],
  'instance.test': ['owner', 'admin'],
  // To keep it from running, and to let it run again.
  'instance.stop': ['owner', 'admin'],
  // What a plan finds of the host (ports, programs) and launches are for those who may add.
  'instance.plan': ['owner', 'admin'],
  'version.read': ['owner', 'admin', 'member', 'auditor'],
  // Remembered answers are for everybody; asking registries anew is not.
  'version.ask_registries': ['owner', 'admin'],
  'version.read_history': ['owner', 'admin', 'member', 'auditor'],
  'version.plan': ['owner', 'admin'],
  'version.update': ['owner', 'admin'],
  'version.roll_back': ['owner', 'admin'],
  'licence_policy.read': ['owner', 'admin', 'member', 'auditor'],
  'licence_policy.set': ['owner', 'admin'],
  'configuration.read': ['owner', 'admin', 'member', 'auditor'],
  // Values are read by whom a launch is shown to, and changing them changes a launch.
  'configuration.read_values': ['owner', 'admin'],
  'configuration.change': ['owner', 'admin'],
  'level.set': ['owner', 'admin'],
  'agent.read': ['owner', 'admin', 'member', 'auditor'],
  'agent.create': ['owner', 'admin'],
  'agent.change': ['owner', 'admin'],
  'agent.revoke': ['owner', 'admin'],
  'token.create': ['owner', 'admin'],
  // A client of one's own is taken back by oneself.
  'token.revoke': { own: ['owner', 'admin', 'member'], others: ['owner', 'admin'] },
  // To lend an agent to a client that a person uses.
  'agent.authorize': { own: ['owner', 'admin', 'member'], others: ['owner', 'admin'] },
  'agent_client.read': everyone,
  'agent_client.create': ['owner', 'admin'],
  'agent_client.revoke': ['owner', 'admin'],
  'toolbox.change': ['owner', 'admin'],
  'grant.read': ['owner', 'admin', 'member', 'auditor'],
  'grant.create': ['owner', 'admin'],
  'grant.revoke': ['owner', 'admin'],
  'access.check': ['owner', 'admin', 'member', 'auditor'],
  'call.create': ['owner', 'admin'],
  'catalog.read': ['owner', 'admin', 'member', 'auditor'],
  'source.read': ['owner', 'admin', 'member', 'auditor'],
  'source.manage': ['owner', 'admin'],
  'source.sync': ['owner', 'admin'],
  'lock.read': ['owner', 'admin', 'auditor'],
  // It installs and configures, which is to run code on this machine.
  'lock.apply': ['owner', 'admin'],
  'lock.backup': ['owner', 'admin'],
  // Whoever has the passphrase reads every secret.
  'lock.backup_secrets': ['owner'],
  'vault.read': ['owner', 'admin', 'auditor'],
  'vault.rotate': ['owner'],
  // It is the whole installation's.
  'vault.rotate_master': ['owner'],
  'audit.read': ['owner', 'admin', 'auditor'],
  // Never what is secret in it.
  'credential.read': { own: everyone, others: ['owner', 'admin', 'auditor'] },
  // The organization's and agents'.
  'credential.manage': managers,
  'credential.bind': managers,
  // What is a member's own is nobody else's to change, test or bind.
  'credential.manage_own': { own: ['owner', 'admin', 'member'], others: [] },
  'credential.bind_own': { own: ['owner', 'admin', 'member'], others: [] },
  'credential.destroy': managers,
  'account.read': everyone,
  'account.set': managers,
  'connection.read': everyone,
  'connection.connect_own': ['owner', 'admin', 'member'],
  // The organization's and agents' that are nobody's own.
  'connection.connect_shared': managers,
  'connection.permit': ['owner', 'admin', 'member'],
  'provider.read': everyone,
  'provider.manage': managers,
  'me.read': everyone,
  'member.read': everyone,
  'member.read_email': ['owner', 'admin', 'auditor'],
  // Only who cannot gain by it changes their own role: an owner, who steps down.
  'member.set_role': { own: ['owner'], others: managers },
  'member.suspend': { own: [], others: managers },
  'member.reinstate': { own: [], others: managers },
  // Removing oneself is to leave.
  'member.remove': { own: everyone, others: managers },
  'member.reset_link': { own: [], others: managers },
  'invitation.read': managers,
  'invitation.create': managers,
  'invitation.revoke': managers,
  'api_key.read': { own: everyone, others: managers },
  // A key speaks for its member: nobody makes one that speaks for another.
  'api_key.create': { own: everyone, others: [] },
  'api_key.revoke': { own: everyone, others: managers },
  'organization.read': everyone,
  'organization.change': ['owner'],
  'organization.create': ['owner'],
  'provisioning.read': ['owner', 'admin', 'auditor'],
  // A directory makes members, and groups give them roles.
  'provisioning.manage': ['owner'],
  'sso.read': ['owner', 'admin', 'auditor'],
  'sso.manage': managers,
  // Who signs in owners, who reaches private networks, whom a domain belongs to, and locking passwords out.
  'sso.manage_as_owner': ['owner'],
} as const satisfies Record<string, readonly Role[] | Rule>;

export type Action = keyof typeof allowed;

/** What is acted on. */
export interface PolicySubject {
  /** The organization that it belongs to. */
  readonly organizationId: string;
  /** The member whose own it is, if it is one's. */
  readonly memberId?: string | undefined;
}

/** Whether a member may do something to a subject: never outside of its own organization. */
export function can(actor: Actor, action: Action, subject: PolicySubject): boolean {
  if (actor.organizationId !== subject.organizationId) return false;
  const rule: readonly Role[] | Rule = allowed[action];
  const permitted = isList(rule)
    ? rule
    : rule[subject.memberId === actor.memberId ? 'own' : 'others'];
  return permitted.includes(actor.role);
}

/** Whether a member may give, take or touch a role: only owners make, change or remove owners. */
export function mayManage(actor: Pick<Actor, 'role'>, role: Role): boolean {
  if (actor.role === 'owner') return true;
  return actor.role === 'admin' && role !== 'owner';
}

/** Every action there is. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the keys' type
export const actions = Object.keys(allowed) as readonly Action[];

function isList(rule: readonly Role[] | Rule): rule is readonly Role[] {
  return Array.isArray(rule);
}
