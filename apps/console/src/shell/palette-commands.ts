import { useRouter } from '@tanstack/react-router';
import { Bot, type LucideIcon, Moon, Plus, Sun, UserRound } from 'lucide-react';

import { navigationEntries } from './navigation.ts';
import { chooseTheme } from './theme.ts';
import { useMay } from './use-me.ts';

/** Something that the palette offers. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly icon: LucideIcon;
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
  const go = (to: string) => () => void router.navigate({ to });
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
      id: 'account',
      label: 'Your account',
      group: 'Do',
      icon: UserRound,
      words: 'password passkey sign out',
      run: () => location.assign('/account'),
    },
  ];
  return [...pages, ...actions.filter(({ needs }) => needs === undefined || may(needs))];
}
