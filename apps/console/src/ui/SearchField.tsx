import { Search, X } from 'lucide-react';
import { type ComponentProps, useRef } from 'react';

import { IconButton } from './IconButton.tsx';
import { TextInput } from './TextInput.tsx';

export interface SearchFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  /** What is searched, such as "Search instances": its name, and shown while it is empty. */
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A field to search with; `/` goes to the page's first one. */
export function SearchField({ label, value, onValue, className, ...rest }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div role="search" className={`relative ${className ?? 'w-full sm:w-72'}`}>
      <Search
        className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint"
        aria-hidden
      />
      <TextInput
        ref={input}
        type="search"
        enterKeyHint="search"
        data-search
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onValue(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return;
          event.stopPropagation();
          onValue('');
        }}
        {...rest}
        className="pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden"
      />
      {value !== '' && (
        <IconButton
          className="absolute top-1 right-1"
          size="icon-small"
          label="Clear the search"
          icon={<X className="size-4" aria-hidden />}
          onClick={() => {
            onValue('');
            input.current?.focus();
          }}
        />
      )}
    </div>
  );
}
