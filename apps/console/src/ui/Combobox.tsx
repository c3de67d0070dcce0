import { Combobox as BaseCombobox } from '@base-ui/react/combobox';
import { Check, ChevronsUpDown, Search } from 'lucide-react';
import type { ReactNode } from 'react';

import { classNames } from './class-names.ts';
import { controlClass } from './control-class.ts';

export interface ComboboxOption {
  readonly value: string;
  /** What it is found by, and shown as. */
  readonly label: string;
  readonly about?: string | undefined;
}

export interface ComboboxProps {
  /** What is chosen, such as "Agent". */
  readonly label: string;
  readonly options: readonly ComboboxOption[];
  /** Undefined while nothing is chosen. */
  readonly value: string | undefined;
  readonly onValue: (value: string) => void;
  /** In place of a value that is not there yet. */
  readonly placeholder?: string;
  /** When nothing is found. */
  readonly empty?: ReactNode;
  readonly disabled?: boolean;
  readonly className?: string;
}

const shownAtMost = 100;

/** One of many, found by typing. */
export function Combobox({
  label,
  options,
  value,
  onValue,
  placeholder = 'Choose one',
  empty = 'Nothing is called that.',
  disabled = false,
  className,
}: ComboboxProps) {
  return (
    <BaseCombobox.Root
      items={options}
      value={options.find((each) => each.value === value) ?? null}
      onValueChange={(option) => option && onValue(option.value)}
      itemToStringLabel={(option) => `${option.label} ${option.about ?? ''}`}
      isItemEqualToValue={(a, b) => a.value === b.value}
      limit={shownAtMost}
      disabled={disabled}
    >
      <BaseCombobox.Trigger
        aria-label={label}
        className={classNames(
          controlClass,
          'flex h-9 items-center justify-between gap-2 text-left',
          className,
        )}
      >
        <BaseCombobox.Value>
          {(option: ComboboxOption | null) => (
            <span className={classNames('truncate', option === null && 'text-faint')}>
              {option === null ? placeholder : <bdi>{option.label}</bdi>}
            </span>
          )}
        </BaseCombobox.Value>
        <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden />
      </BaseCombobox.Trigger>
      <BaseCombobox.Portal>
        <BaseCombobox.Positioner sideOffset={4} align="start" className="z-50">
          <BaseCombobox.Popup
            aria-label={label}
            className="glass-high w-[max(var(--anchor-width),16rem)] max-w-[var(--available-width)] rounded-lg text-sm"
          >
            <div className="relative border-b border-line">
              <Search
                className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint"
                aria-hidden
              />
              <BaseCombobox.Input
                aria-label={`Search: ${label}`}
                placeholder="Search"
                className="h-9 w-full rounded-t-lg bg-transparent pr-3 pl-9 outline-none"
              />
            </div>
            <BaseCombobox.Empty>
              <div className="px-3 py-4 text-soft">{empty}</div>
            </BaseCombobox.Empty>
            <BaseCombobox.List className="max-h-72 overflow-y-auto p-1 data-[empty]:p-0">
              {(option: ComboboxOption) => (
                <BaseCombobox.Item
                  key={option.value}
                  value={option}
                  className="flex cursor-default items-start gap-2 rounded-md px-2 py-1.5 outline-none select-none data-[highlighted]:bg-accent-soft"
                >
                  <span className="mt-1 size-4 shrink-0">
                    <BaseCombobox.ItemIndicator>
                      <Check className="size-4 text-accent" aria-hidden />
                    </BaseCombobox.ItemIndicator>
                  </span>
                  <span className="min-w-0">
                    <bdi className="block truncate">{option.label}</bdi>
                    {option.about !== undefined && (
                      <bdi className="block truncate text-xs text-faint">{option.about}</bdi>
                    )}
                  </span>
                </BaseCombobox.Item>
              )}
            </BaseCombobox.List>
          </BaseCombobox.Popup>
        </BaseCombobox.Positioner>
      </BaseCombobox.Portal>
    </BaseCombobox.Root>
  );
}
