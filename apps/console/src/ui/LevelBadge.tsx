import type { Level } from '@plugboard/contracts';
import { BookOpen, Pencil, Play, ShieldAlert } from 'lucide-react';

import { Badge, type Tone } from './Badge.tsx';

const looks = {
  read: { tone: 'neutral', icon: BookOpen, about: 'Reads; changes nothing' },
  write: { tone: 'accent', icon: Pencil, about: 'Changes data, and can be undone' },
  execute: { tone: 'violet', icon: Play, about: 'Runs things, or changes what cannot be undone' },
  admin: {
    tone: 'warn',
    icon: ShieldAlert,
    about: 'Administers: accounts, rights, money, deletion',
  },
} as const satisfies Record<Level, { tone: Tone; icon: unknown; about: string }>;

/** A level, with its icon. */
export function LevelBadge({ level }: { readonly level: Level }) {
  const { tone, icon: Icon, about } = looks[level];
  return (
    <Badge tone={tone} title={about} icon={<Icon className="size-3" aria-hidden />}>
      {level}
    </Badge>
  );
}

/** What a level means, in a phrase. */
export function aboutLevel(level: Level): string {
  return looks[level].about;
}
