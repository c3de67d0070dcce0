import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

export interface Tab<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
  /** A number beside the label. */
  readonly count?: number | undefined;
  readonly content: () => ReactNode;
}

export interface TabsProps<Value extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<Value>[];
  /** From the URL, and there `onValue` puts it. */
  readonly value: Value;
  readonly onValue: (value: Value) => void;
}

/** Parts of a page, one at a time. */
export function Tabs<Value extends string>({ label, tabs, value, onValue }: TabsProps<Value>) {
  return (
    <BaseTabs.Root value={value} onValueChange={(next: Value) => onValue(next)} className="min-w-0">
      <BaseTabs.List
        aria-label={label}
        className="mb-4 flex gap-1 overflow-x-auto border-b border-line [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px inline-flex h-9 items-center gap-1.5 rounded-t-md border-b-2 border-transparent px-3 text-sm font-medium whitespace-nowrap text-soft hover:text-ink focus-visible:-outline-offset-2 data-[active]:border-accent data-[active]:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="rounded bg-sunken px-1.5 text-xs tabular-nums">{tab.count}</span>
            )}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel key={tab.value} value={tab.value} className="outline-offset-4">
          {tab.content()}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
