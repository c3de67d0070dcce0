import { Select as BaseSelect } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';

import { classNames } from './class-names.ts';
import { controlClass } from './control-class.ts';

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly about?: ReactNode;
}

export interface SelectProps<Value extends string> {
  readonly options: readonly SelectOption<Value>[];
  readonly value: Value;
  readonly onValue: (value: Value) => void;
  /** What is chosen; not needed within a `Field`, whose label it has. */
  readonly label?: string;
  readonly disabled?: boolean;
  readonly className?: string;
}

/** One of a few. For more than twenty take a `Combobox`. */
export function Select<Value extends string>({
  options,
  value,
  onValue,
  label,
  disabled,
  className,
}: SelectProps<Value>) {
  return (
    <BaseSelect.Root
      items={options.map((each) => ({ value: each.value, label: each.label }))}
      value={value}
      onValueChange={(chosen) => chosen !== null && onValue(chosen)}
      {...(disabled !== undefined && { disabled })}
    >
      <BaseSelect.Trigger
        aria-label={label}
        className={classNames(
          controlClass,
          'flex h-9 items-center justify-between gap-2 text-left',
          className,
        )}
      >
        <BaseSelect.Value className="truncate" />
        <BaseSelect.Icon>
          <ChevronsUpDown className="size-4 text-faint" aria-hidden />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <BaseSelect.Popup className="glass-high max-h-80 min-w-[var(--anchor-width)] overflow-y-auto rounded-lg p-1 text-sm">
            {options.map((option) => (
              <BaseSelect.Item
                key={option.value}
                value={option.value}
                className="flex cursor-default items-start gap-2 rounded-md px-2 py-1.5 outline-none select-none data-[highlighted]:bg-accent-soft"
              >
                <span className="mt-1 size-4 shrink-0">
                  <BaseSelect.ItemIndicator>
                    <Check className="size-4 text-accent" aria-hidden />
                  </BaseSelect.ItemIndicator>
                </span>
                <span className="min-w-0">
                  <BaseSelect.ItemText>{option.label}</BaseSelect.ItemText>
                  {option.about !== undefined && (
                    <span className="block text-xs text-faint">{option.about}</span>
                  )}
                </span>
              </BaseSelect.Item>
            ))}
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
