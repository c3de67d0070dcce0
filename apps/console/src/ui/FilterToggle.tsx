import { Toggle } from '@base-ui/react/toggle';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';

export interface FilterToggleProps {
  readonly pressed: boolean;
  readonly onPressed: (pressed: boolean) => void;
  readonly children: ReactNode;
}

/** One thing that a list is narrowed to, or not. */
export function FilterToggle({ pressed, onPressed, children }: FilterToggleProps) {
  return (
    <Toggle
      pressed={pressed}
      onPressedChange={(next) => onPressed(next)}
      className="inline-flex h-9 items-center justify-center gap-1.5 rounded-lg border border-line-strong/60 bg-raised px-3 text-sm whitespace-nowrap text-soft hover:border-line-strong hover:text-ink data-[pressed]:border-accent data-[pressed]:bg-accent-soft data-[pressed]:text-accent"
    >
      {pressed && <Check className="size-3.5" aria-hidden />}
      {children}
    </Toggle>
  );
}
