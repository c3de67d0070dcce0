import { Building2, Check, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';

import { chooseOrganization } from '../api/organization.ts';
import { buttonClass } from '../ui/button-class.ts';
import { Menu, type MenuEntry } from '../ui/Menu.tsx';
import { chooseTheme, type Theme, useTheme } from './theme.ts';
import { useMe } from './use-me.ts';

const themes = [
  ['system', 'Theme of the system', Monitor],
  ['light', 'Light theme', Sun],
  ['dark', 'Dark theme', Moon],
] as const satisfies readonly (readonly [Theme, string, unknown])[];

/** Who is signed in; in which organization; in which theme. */
export function AccountMenu() {
  const me = useMe();
  const theme = useTheme();
  const entries: MenuEntry[] = [
    {
      label: 'Your account',
      icon: <UserRound aria-hidden />,
      onSelect: () => location.assign('/account'),
    },
    ...me.memberships.map((membership, position) => ({
      label: (
        <span className="flex flex-1 items-center justify-between gap-3">
          <bdi>{membership.organizationName}</bdi>
          {membership.organizationId === me.organizationId && (
            <Check className="size-4 text-accent" aria-label="here" />
          )}
        </span>
      ),
      icon: <Building2 aria-hidden />,
      apart: position === 0,
      onSelect: () => chooseOrganization(membership.organizationId),
    })),
    ...themes.map(([value, label, Icon], position) => ({
      label: (
        <span className="flex flex-1 items-center justify-between gap-3">
          {label}
          {theme === value && <Check className="size-4 text-accent" aria-label="chosen" />}
        </span>
      ),
      icon: <Icon aria-hidden />,
      apart: position === 0,
      onSelect: () => chooseTheme(value),
    })),
    {
      label: 'Sign out',
      icon: <LogOut aria-hidden />,
      apart: true,
      onSelect: () => location.assign('/sign-out'),
    },
  ];
  return (
    <Menu
      label="Account and theme"
      entries={entries}
      trigger={
        <button type="button" className={buttonClass('quiet', 'medium', 'px-1.5')}>
          <span
            aria-hidden
            className="brand-gradient grid size-7 place-items-center rounded-full text-xs font-semibold text-white"
          >
            {initials(me.name)}
          </span>
          <span className="sr-only">Account of {me.name}</span>
          <span className="hidden max-w-40 truncate lg:inline">{me.organizationName}</span>
        </button>
      }
    />
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return (
    words
      .slice(0, 2)
      .map((word) => word.at(0)?.toUpperCase())
      .join('') || '?'
  );
}
