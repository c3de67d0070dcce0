import type { ReactNode } from 'react';

import { classNames } from './class-names.ts';

export type Tone = 'neutral' | 'accent' | 'violet' | 'cyan' | 'good' | 'warn' | 'bad';

const tones: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-soft',
  accent: 'bg-accent-soft text-accent',
  violet: 'bg-violet-soft text-violet',
  cyan: 'bg-cyan-soft text-cyan',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

export interface BadgeProps {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly title?: string;
  readonly className?: string;
}

/** A word or two about a thing. Its words carry the meaning; its color only helps. */
export function Badge({ tone = 'neutral', icon, children, title, className }: BadgeProps) {
  return (
    <span
      title={title}
      className={classNames(
        'inline-flex max-w-full items-center gap-1 rounded-md px-1.5 py-0.5 text-xs leading-4 font-medium',
        tones[tone],
        className,
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}
