import { AppWindow, Code, Plug, SquareTerminal } from 'lucide-react';
import { useId } from 'react';

import { type ClientChoice, clientChoices } from './client-choices.ts';

const icons = { terminal: SquareTerminal, app: AppWindow, editor: Code, any: Plug } as const;
const words = { terminal: 'terminal', app: 'app', editor: 'editor', any: 'URL' } as const;

export interface ClientPickerProps {
  readonly value: string | undefined;
  readonly onValue: (id: string) => void;
}

/** The clients to choose from, all in sight. */
export function ClientPicker({ value, onValue }: ClientPickerProps) {
  const name = useId();
  return (
    <fieldset className="@container">
      <legend className="sr-only">Client to connect</legend>
      <div className="grid grid-cols-2 gap-2 @min-[580px]:grid-cols-5">
        {clientChoices.map((choice) => (
          <Tile
            key={choice.id}
            choice={choice}
            name={name}
            checked={choice.id === value}
            onChoose={() => onValue(choice.id)}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface TileProps {
  readonly choice: ClientChoice;
  readonly name: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
}

function Tile({ choice, name, checked, onChoose }: TileProps) {
  const Icon = icons[choice.kind];
  return (
    <label className="group relative flex cursor-pointer items-center gap-2.5 rounded-xl @min-[580px]:flex-col @min-[580px]:gap-1.5 @min-[580px]:px-1.5 @min-[580px]:py-3.5 @min-[580px]:text-center border border-line bg-raised px-3 py-2.5 transition-colors hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <input
        type="radio"
        name={name}
        value={choice.id}
        checked={checked}
        onChange={onChoose}
        className="sr-only"
      />
      <Icon
        className="size-5 shrink-0 text-faint group-has-checked:text-accent"
        strokeWidth={1.75}
        aria-hidden
      />
      <span className="max-w-full min-w-0">
        <span className="block truncate text-sm font-medium">{choice.title}</span>
        <span className="block text-xs text-faint">{words[choice.kind]}</span>
      </span>
    </label>
  );
}
