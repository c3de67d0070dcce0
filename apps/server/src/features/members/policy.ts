/** A member acting through an API key. */
export interface Actor {
  readonly organizationId: string;
  readonly memberId: string;
  readonly role: Role;
}

export const roles = ['owner', 'admin', 'member', 'auditor'] as const;

export type Role = (typeof roles)[number];

/** Who may do what. What is not listed may be done by nobody. */
const allowed = {
  'status.read': ['owner', 'admin', 'member', 'auditor'],
  'doctor.run': ['owner', 'admin'],
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
  'agent.revoke': ['owner', 'admin'],
  'token.create': ['owner', 'admin'],
  'token.revoke': ['owner', 'admin'],
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
  'audit.read': ['owner', 'admin', 'auditor'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof allowed;

/** The organization that what is acted on belongs to. */
export interface PolicySubject {
  readonly organizationId: string;
}

/** Whether a member may do something to a subject: never outside of its own organization. */
export function can(actor: Actor, action: Action, subject: PolicySubject): boolean {
  const permitted: readonly Role[] = allowed[action];
  return actor.organizationId === subject.organizationId && permitted.includes(actor.role);
}
