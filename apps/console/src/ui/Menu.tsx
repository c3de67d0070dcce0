import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

import { classNames } from './class-names.ts';
import { IconButton } from './IconButton.tsx';

export interface MenuEntry {
  readonly label: ReactNode;
  readonly icon?: ReactNode;
  readonly onSelect: () => void;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Begins a group: a line stands above. */
  readonly apart?: boolean;
}

export interface MenuProps {
  /** What the actions are for, such as "Actions of memory". */
  readonly label: string;
  /** Those that are possible; none, no menu. */
  readonly entries: readonly MenuEntry[];
  /** What opens it; three dots otherwise. */
  readonly trigger?: ReactElement;
}

/** Actions that are not worth a button each. */
export function Menu({ label, entries, trigger }: MenuProps) {
  if (entries.length === 0) return null;
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger
        render={
          trigger ?? (
            <IconButton
              size="icon-small"
              label={label}
              icon={<Ellipsis className="size-4" aria-hidden />}
            />
          )
        }
      />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="end" className="z-50">
          <BaseMenu.Popup
            aria-label={label}
            className="glass-high min-w-44 rounded-lg p-1 text-sm outline-none"
          >
            {entries.map((entry, position) => (
              <BaseMenu.Item
                key={position}
                disabled={entry.disabled ?? false}
                onClick={entry.onSelect}
                className={classNames(
                  'flex cursor-default items-center gap-2 rounded-md px-2.5 py-1.5 outline-none select-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover [&>svg]:size-4',
                  entry.apart === true && 'mt-1 border-t border-line rounded-t-none pt-2',
                  entry.danger === true && 'text-bad',
                )}
              >
                {entry.icon}
                {entry.label}
              </BaseMenu.Item>
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}
