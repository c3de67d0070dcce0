import type { Member } from '@plugboard/contracts/api';

export type Role = Member['role'];

interface RoleWords {
  readonly role: Role;
  readonly title: string;
  /** Who it is for, in a line. */
  readonly about: string;
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
}

/** What each role may do, as the server's policy has it. */
export const roleWords: readonly RoleWords[] = [
  {
    role: 'owner',
    title: 'Owner',
    about: 'Answers for the organization.',
    may: [
      'Everything that an admin may',
      'Make, change and remove owners',
      'Rename the organization, and ask for a second factor',
      'Rotate keys, and back secrets up',
      'Give a directory its tokens, and say which group has which role',
    ],
    mayNot: ['Use or test what is a member’s own', 'Leave while they are the only owner'],
  },
  {
    role: 'admin',
    title: 'Admin',
    about: 'Runs servers and says what agents may use.',
    may: [
      'Install, configure, update and remove servers',
      'Make agents and toolboxes, and grant what they may use',
      'Manage shared credentials and connections',
      'Invite, suspend and remove members who are not owners',
      'Set up catalog sources, licences and single sign-on',
      'Read the audit log',
    ],
    mayNot: ['Touch owners', 'Rotate keys', 'Use or test what is a member’s own'],
  },
  {
    role: 'member',
    title: 'Member',
    about: 'Uses what others set up.',
    may: [
      'See servers, toolboxes, agents and what these may use',
      'Keep credentials and connections of their own, and lend them',
      'Sign a client in to an agent that is theirs',
      'Make API keys of their own',
    ],
    mayNot: ['Install or configure anything', 'Grant anything', 'Read the audit log'],
  },
  {
    role: 'auditor',
    title: 'Auditor',
    about: 'Looks at everything and changes nothing.',
    may: [
      'See servers, agents, grants, members with their addresses, and keys’ state',
      'See what credentials there are, never what is secret in them',
      'Read, verify and export the audit log',
      'Make API keys of their own, which may do as little',
    ],
    mayNot: ['Change anything but their own account'],
  },
];

/** A line about a role, for choosing one. */
export function aboutRole(role: Role): string {
  return roleWords.find((each) => each.role === role)?.about ?? '';
}
