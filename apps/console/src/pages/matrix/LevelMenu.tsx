import { Menu } from '@base-ui/react/menu';
import { levels } from '@plugboard/contracts';
import { Ban, Check, ListTree, Minus } from 'lucide-react';
import type { ReactNode } from 'react';

import type { CellView, Setting } from '../../access/grant-changes.ts';
import { KeyHint } from '../../ui/KeyHint.tsx';
import { aboutLevel, LevelBadge } from '../../ui/LevelBadge.tsx';
import type { ChosenCell } from './matrix-model.ts';
import { nameOfColumn } from './matrix-model.ts';

export interface LevelMenuProps {
  readonly cell: ChosenCell;
  readonly view: CellView;
  /** What it stands beside. */
  readonly anchor: Element;
  readonly onClose: () => void;
  readonly onSet: (setting: Setting) => void;
  readonly onTools: () => void;
  readonly readOnly: boolean;
}

/** What can be done with a cell: a level, none, never, or a look at each tool. */
export function LevelMenu(props: LevelMenuProps) {
  const { cell, view, anchor, onClose, onSet, onTools, readOnly } = props;
  const { agent, column } = cell;
  const now: Setting = view.forbiddenFrom === 'read' ? 'forbidden' : (view.own ?? 'none');
  return (
    <Menu.Root open onOpenChange={(open) => !open && onClose()} modal={false}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} sideOffset={4} align="start" className="z-40">
          <Menu.Popup
            aria-label={`${agent.slug} on ${nameOfColumn(column)}`}
            className="glass-high w-72 rounded-xl p-1.5 text-sm outline-none"
          >
            <p className="px-2.5 pt-1.5 pb-2 text-xs text-faint">
              <bdi className="font-medium text-ink">{agent.name}</bdi> on{' '}
              <span className="font-medium text-ink">{nameOfColumn(column)}</span>
              {view.inherited !== null && (
                <span className="block">
                  Its toolbox gives {view.inherited}. Less here takes nothing away; forbid it
                  instead.
                </span>
              )}
            </p>
            {!readOnly && (
              <>
                <Entry
                  keys="0"
                  chosen={now === 'none'}
                  onSelect={() => onSet('none')}
                  mark={<Minus className="size-4 text-faint" aria-hidden />}
                  about={view.inherited === null ? 'No tool of it' : 'Only what the toolbox gives'}
                >
                  none
                </Entry>
                {levels.map((level, index) => (
                  <Entry
                    key={level}
                    keys={String(index + 1)}
                    chosen={now === level}
                    onSelect={() => onSet(level)}
                    mark={<LevelBadge level={level} />}
                    about={aboutLevel(level)}
                  />
                ))}
                <Entry
                  keys="F"
                  chosen={now === 'forbidden'}
                  onSelect={() => onSet('forbidden')}
                  mark={<Ban className="size-4 text-bad" aria-hidden />}
                  about="Whatever else allows it"
                >
                  forbid
                </Entry>
              </>
            )}
            {column.scope === 'instance' && (
              <Menu.Item
                onClick={onTools}
                className="mt-1 flex cursor-default items-center gap-2 rounded-md border-t border-line px-2.5 py-2 outline-none select-none data-[highlighted]:bg-hover"
              >
                <ListTree className="size-4 text-soft" aria-hidden />
                <span className="flex-1">Tool by tool</span>
                <KeyHint keys="Enter" />
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface EntryProps {
  readonly keys: string;
  readonly chosen: boolean;
  readonly onSelect: () => void;
  readonly mark: ReactNode;
  readonly about: string;
  readonly children?: ReactNode;
}

function Entry({ keys, chosen, onSelect, mark, about, children }: EntryProps) {
  return (
    <Menu.CheckboxItem
      checked={chosen}
      closeOnClick
      onClick={onSelect}
      className="flex cursor-default items-center gap-2 rounded-md px-2.5 py-1.5 outline-none select-none data-[highlighted]:bg-hover"
    >
      {mark}
      <span className="min-w-0 flex-1">
        {children !== undefined && <span className="block leading-5">{children}</span>}
        <span className="block text-xs leading-4 text-faint">{about}</span>
      </span>
      {chosen && <Check className="size-4 text-accent" aria-hidden />}
      <KeyHint keys={keys} />
    </Menu.CheckboxItem>
  );
}
