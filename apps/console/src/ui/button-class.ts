import { classNames } from './class-names.ts';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonSize = 'small' | 'medium' | 'icon' | 'icon-small';

const variants: Readonly<Record<ButtonVariant, string>> = {
  primary:
    'bg-accent-fill text-accent-ink hover:brightness-110 border border-transparent shadow-low',
  secondary: 'bg-raised text-ink border border-line hover:bg-hover hover:border-line-strong',
  quiet: 'text-soft border border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-bad-soft text-bad border border-transparent hover:border-bad',
};

const sizes: Readonly<Record<ButtonSize, string>> = {
  small: 'h-8 px-2.5 text-sm gap-1.5 rounded-lg',
  medium: 'h-9 px-3.5 text-sm gap-2 rounded-lg',
  icon: 'size-9 rounded-lg',
  'icon-small': 'size-7 rounded-md',
};

/** How a button looks: also for links that act like one. */
export function buttonClass(
  variant: ButtonVariant = 'secondary',
  size: ButtonSize = 'medium',
  more?: string,
): string {
  return classNames(
    'inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap transition-[background,filter,border-color] duration-100 select-none',
    'disabled:opacity-55 disabled:pointer-events-none',
    variants[variant],
    sizes[size],
    more,
  );
}
