import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ReactNode } from 'react';

export interface SegmentedControlProps<Value extends string> {
  readonly label: string;
  readonly options: readonly {
    readonly value: Value;
    readonly label: ReactNode;
    readonly title?: string;
  }[];
  readonly value: Value;
  readonly onValue: (value: Value) => void;
}

/** One of two to five, all in sight. */
export function SegmentedControl<Value extends string>({
  label,
  options,
  value,
  onValue,
}: SegmentedControlProps<Value>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={([chosen]) => {
        const option = options.find((each) => each.value === chosen);
        if (option) onValue(option.value);
      }}
      className="inline-flex max-w-full gap-0.5 overflow-x-auto rounded-lg border border-line bg-sunken p-0.5"
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          title={option.title}
          className="inline-flex h-7.5 items-center gap-1.5 rounded-md px-2.5 text-sm whitespace-nowrap text-soft hover:text-ink data-[pressed]:bg-raised data-[pressed]:text-ink data-[pressed]:shadow-low"
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
