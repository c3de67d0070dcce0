import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Check, Minus } from 'lucide-react';

export interface CheckboxProps {
  readonly checked: boolean;
  readonly onChecked: (checked: boolean, event: Event) => void;
  /** Some of what it stands for is chosen. */
  readonly indeterminate?: boolean;
  /** What it chooses; not needed where a label is around it. */
  readonly label?: string;
  readonly disabled?: boolean;
}

export function Checkbox({
  checked,
  onChecked,
  indeterminate = false,
  label,
  disabled = false,
}: CheckboxProps) {
  return (
    <BaseCheckbox.Root
      checked={checked}
      indeterminate={indeterminate}
      disabled={disabled}
      aria-label={label}
      onCheckedChange={(next, { event }) => onChecked(next, event)}
      className="relative grid size-4.5 shrink-0 place-items-center rounded border border-line-strong bg-raised data-[checked]:border-accent-fill data-[checked]:bg-accent-fill data-[indeterminate]:border-accent-fill data-[indeterminate]:bg-accent-fill data-[disabled]:opacity-50 after:absolute after:-inset-2"
    >
      <BaseCheckbox.Indicator className="text-accent-ink">
        {indeterminate ? (
          <Minus className="size-3.5" strokeWidth={3} aria-hidden />
        ) : (
          <Check className="size-3.5" strokeWidth={3} aria-hidden />
        )}
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  );
}
