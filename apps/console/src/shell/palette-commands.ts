import { useRouter } from '@tanstack/react-router';
import {
  Bot,
  Cable,
  FlaskConical,
  KeyRound,
  LogOut,
  type LucideIcon,
  Monitor,
  Moon,
  Plus,
  Sun,
  UserPlus,
  UserRound,
} from 'lucide-react';

import type { ServerIconProps } from '../ui/ServerIcon.tsx';
import { navigationEntries } from './navigation.ts';
import { chooseTheme } from './theme.ts';
import { useMay } from './use-me.ts';

/** Something that the palette offers. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly icon: LucideIcon;
  /** In place of the icon: the picture of a server. */
  readonly picture?: ServerIconProps['icon'];
  /** What it is or where, beside its name. */
  readonly about?: string;
  /** Further words that find it. */
  readonly words?: string;
  /** Keys that do the same. */
  readonly keys?: string;
  readonly run: () => void;
}

/** What can be done from anywhere, as far as the role may. */
export function useCommands(): readonly Command[] {
  const router = useRouter();
  const may = useMay();
  const go = (href: string) => () => router.history.push(href);
  const pages = navigationEntries
    .filter((entry) => entry.needs === undefined || may(entry.needs))
    .map(({ to, label, icon, key }) => ({
      id: `page:${to}`,
      label,
      group: 'Go to',
      icon,
      keys: `g ${key}`,
      run: go(to),
    }));
  const actions: readonly (Command & { readonly needs?: string })[] = [
    {
      id: 'new-agent',
      label: 'New agent',
      group: 'Do',
      icon: Bot,
      words: 'create token',
      needs: 'agent.create',
      run: go('/agents?new=true'),
    },
    {
      id: 'add-server',
      label: 'Add a server',
      group: 'Do',
      icon: Plus,
      words: 'install marketplace',
      needs: 'instance.add',
      run: go('/marketplace'),
    },
    {
      id: 'connect',
      label: 'Connect a client',
      group: 'Do',
      icon: Cable,
      words: 'claude cursor vscode codex gemini windsurf welcome setup',
      run: go('/welcome'),
    },
    {
      id: 'try',
      label: 'Try a tool',
      group: 'Do',
      icon: FlaskConical,
      words: 'call playground',
      needs: 'call.create',
      run: go('/playground'),
    },
    {
      id: 'new-credential',
      label: 'New credential',
      group: 'Do',
      icon: KeyRound,
      words: 'secret key token password',
      needs: 'credential.manage_own',
      run: go('/credentials?new=true'),
    },
    {
      id: 'invite',
      label: 'Invite somebody',
      group: 'Do',
      icon: UserPlus,
      words: 'member people add',
      needs: 'invitation.create',
      run: go('/people?invite=true'),
    },
    {
      id: 'light',
      label: 'Light theme',
      group: 'Do',
      icon: Sun,
      words: 'appearance',
      run: () => chooseTheme('light'),
    },
    {
      id: 'dark',
      label: 'Dark theme',
      group: 'Do',
      icon: Moon,
      words: 'appearance night',
      run: () => chooseTheme('dark'),
    },
    {
      id: 'system',
      label: 'Theme of the system',
      group: 'Do',
      icon: Monitor,
      words: 'appearance',
      run: () => chooseTheme('system'),
    },
    {
      id: 'account',
      label: 'Your account',
      group: 'Do',
      icon: UserRound,
      words: 'password passkey sign out',
      run: () => location.assign('/account'),
    },
    {
      id: 'sign-out',
      label: 'Sign out',
      group: 'Do',
      icon: LogOut,
      words: 'log out leave',
      run: () => location.assign('/sign-out'),
    },
  ];
  return [...pages, ...actions.filter(({ needs }) => needs === undefined || may(needs))];
}
