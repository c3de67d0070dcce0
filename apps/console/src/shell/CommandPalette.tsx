import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { useState } from 'react';

import { KeyHint } from '../ui/KeyHint.tsx';
import { ServerIcon } from '../ui/ServerIcon.tsx';
import { Untrusted } from '../ui/Untrusted.tsx';
import { type Command, useCommands } from './palette-commands.ts';
import { fits, type PaletteGroup, ranked } from './palette-match.ts';
import { useFound } from './palette-search.ts';

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
  const { commands: named, busy } = useFound(text);
  const found = [...commands.filter((command) => fits(command, text)), ...named];
  const groups = ranked(found, text);
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
        {busy ? 'Looking…' : 'Nothing has these letters. Try fewer.'}
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 overflow-y-auto p-2 empty:hidden">
        {(group: PaletteGroup) => (
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
                  {command.picture ? (
                    <ServerIcon icon={command.picture} size={24} />
                  ) : (
                    <span className="grid size-6 shrink-0 place-items-center">
                      <command.icon className="size-4 text-soft" aria-hidden />
                    </span>
                  )}
                  <span className="min-w-0 flex-1 truncate">
                    <Untrusted>{command.label}</Untrusted>
                    {command.about !== undefined && (
                      <span className="ml-2 text-faint">
                        <Untrusted>{command.about}</Untrusted>
                      </span>
                    )}
                  </span>
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
