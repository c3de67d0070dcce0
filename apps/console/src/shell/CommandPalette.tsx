import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { useState } from 'react';

import { KeyHint } from '../ui/KeyHint.tsx';
import { type Command, useCommands } from './palette-commands.ts';

interface Group {
  readonly value: string;
  readonly items: readonly Command[];
}

/** Everything by a few letters: pages, actions, and what there is. */
export function CommandPalette({
  open,
  onOpen,
}: {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim backdrop-blur-[2px]" />
        <Dialog.Popup
          aria-label="Search and commands"
          className="glass-high fixed inset-x-3 top-[10dvh] z-50 mx-auto flex max-h-[70dvh] max-w-xl flex-col overflow-hidden rounded-2xl"
        >
          <Commands onDone={() => onOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ onDone }: { readonly onDone: () => void }) {
  const [text, setText] = useState('');
  const commands = useCommands();
  const found = filter(commands, text);
  const groups: readonly Group[] = [...Map.groupBy(found, (command) => command.group)].map(
    ([value, items]) => ({ value, items }),
  );
  const run = (command: Command) => {
    onDone();
    command.run();
  };
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      filter={null}
      autoHighlight="always"
      keepHighlight
      value={text}
      onValueChange={setText}
      itemToStringValue={(command: Command) => command.label}
    >
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search className="size-4 text-faint" aria-hidden />
        <Autocomplete.Input
          aria-label="Search and commands"
          placeholder="Go to, do, or find…"
          className="h-12 flex-1 bg-transparent text-[0.9375rem] outline-none placeholder:text-faint"
        />
        <KeyHint keys="Esc" />
      </div>
      <Autocomplete.Empty className="px-4 text-sm text-soft not-empty:py-6">
        Nothing has these letters. Try fewer.
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 overflow-y-auto p-2 empty:hidden">
        {(group: Group) => (
          <Autocomplete.Group key={group.value} items={group.items} className="pb-1">
            <Autocomplete.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-faint">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  onClick={() => run(command)}
                  className="flex h-9 cursor-default items-center gap-2.5 rounded-lg px-2 text-sm select-none data-[highlighted]:bg-accent-soft"
                >
                  <command.icon className="size-4 shrink-0 text-soft" aria-hidden />
                  <span className="min-w-0 flex-1 truncate">{command.label}</span>
                  {command.keys !== undefined && <KeyHint keys={command.keys} />}
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

function filter(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((command) => {
    const within = `${command.label} ${command.group} ${command.words ?? ''}`.toLowerCase();
    return words.every((word) => within.includes(word));
  });
}
