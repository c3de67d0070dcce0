import { Switch as BaseSwitch } from '@base-ui/react/switch';

export interface SwitchProps {
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
  readonly label?: string;
  readonly disabled?: boolean;
}

/** On or off, at once. */
export function Switch({ checked, onChecked, label, disabled = false }: SwitchProps) {
  return (
    <BaseSwitch.Root
      checked={checked}
      onCheckedChange={onChecked}
      disabled={disabled}
      aria-label={label}
      className="relative h-5.5 w-9.5 shrink-0 rounded-full border border-line-strong bg-sunken p-0.5 transition-colors data-[checked]:border-accent-fill data-[checked]:bg-accent-fill data-[disabled]:opacity-50"
    >
      <BaseSwitch.Thumb className="block size-4 rounded-full bg-line-strong transition-transform data-[checked]:translate-x-4 data-[checked]:bg-accent-ink" />
    </BaseSwitch.Root>
  );
}
