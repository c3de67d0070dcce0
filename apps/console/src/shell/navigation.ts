import {
  Blocks,
  Bot,
  Cable,
  FlaskConical,
  Grid3x3,
  House,
  KeyRound,
  type LucideIcon,
  Package,
  ScrollText,
  Settings,
  Store,
  Users,
} from 'lucide-react';

export interface NavigationEntry {
  readonly to: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** The keys that lead there: `g` and this. */
  readonly key: string;
  /** What one must be allowed to see it. */
  readonly needs?: string;
  /** On phones it is in the bar below; the others are behind "More". */
  readonly first?: boolean;
}

export interface NavigationGroup {
  readonly label: string | undefined;
  readonly entries: readonly NavigationEntry[];
}

/** The console's rooms, as the side bar, the palette and the shortcuts have them. */
export const navigation: readonly NavigationGroup[] = [
  {
    label: undefined,
    entries: [
      { to: '/', label: 'Home', icon: House, key: 'h', first: true },
      { to: '/marketplace', label: 'Marketplace', icon: Store, key: 'm', first: true },
    ],
  },
  {
    label: 'Servers',
    entries: [
      { to: '/instances', label: 'Instances', icon: Blocks, key: 'i', first: true },
      { to: '/toolboxes', label: 'Toolboxes', icon: Package, key: 't' },
    ],
  },
  {
    label: 'Agents',
    entries: [
      { to: '/agents', label: 'Agents', icon: Bot, key: 'a', first: true },
      { to: '/matrix', label: 'Permissions', icon: Grid3x3, key: 'p' },
      {
        to: '/playground',
        label: 'Playground',
        icon: FlaskConical,
        key: 'l',
        needs: 'call.create',
      },
    ],
  },
  {
    label: 'Vault',
    entries: [
      { to: '/credentials', label: 'Credentials', icon: KeyRound, key: 'c' },
      { to: '/connections', label: 'Connections', icon: Cable, key: 'n' },
    ],
  },
  {
    label: 'Organization',
    entries: [
      { to: '/audit', label: 'Audit', icon: ScrollText, key: 'u', needs: 'audit.read' },
      { to: '/people', label: 'People', icon: Users, key: 'e' },
      { to: '/settings', label: 'Settings', icon: Settings, key: 's' },
    ],
  },
];

export const navigationEntries: readonly NavigationEntry[] = navigation.flatMap(
  (group) => group.entries,
);
