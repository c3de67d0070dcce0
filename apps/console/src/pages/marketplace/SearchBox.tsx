import { useNavigate } from '@tanstack/react-router';
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';

import { controlClass } from '../../ui/control-class.ts';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { usePhone } from '../../ui/use-media.ts';
import { rememberSearch } from './search-history.ts';
import { SuggestionList } from './SuggestionList.tsx';
import { type Option, useSuggestions } from './use-suggestions.ts';

export interface SearchBoxProps {
  readonly typed: string;
  /** While typing. */
  readonly onType: (text: string) => void;
  /** Something was chosen: it is searched for at once. */
  readonly onChoose: (text: string) => void;
}

/** Searches while one types, and knows what one may mean (WAI-ARIA combobox with a list). */
export function SearchBox({ typed, onType, onChoose }: SearchBoxProps) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const navigate = useNavigate();
  const phone = usePhone();
  const options = useSuggestions(typed, open);
  const active = open ? options[at] : undefined;
  const isShown = open && options.length > 0;

  const close = () => {
    setOpen(false);
    setAt(-1);
  };
  const choose = (option: Option) => {
    if (option.server !== undefined) {
      rememberSearch(typed);
      void navigate({ to: '/marketplace/$', params: { _splat: option.server } });
      return;
    }
    onChoose(option.query);
    setAt(-1);
    if (!option.isOpen) {
      rememberSearch(option.query);
      setOpen(false);
    }
    input.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = key === 'ArrowDown' ? 1 : -1;
      const count = options.length + 1;
      // One place is the field itself.
      setAt(((at + 1 + step + count) % count) - 1);
    } else if (key === 'Enter') {
      event.preventDefault();
      if (active) choose(active);
      else {
        rememberSearch(typed);
        close();
      }
    } else if (key === 'Escape') {
      if (isShown) close();
      else if (typed !== '') onChoose('');
    } else if (key === 'Tab') close();
  };
  return (
    <div role="search" className="relative min-w-0 flex-1">
      <Search
        className="pointer-events-none absolute top-3.5 left-3.5 z-1 size-4.5 text-faint"
        aria-hidden
      />
      <input
        ref={input}
        type="search"
        data-search
        role="combobox"
        aria-label="Search servers and tools"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active ? `${id}-${at}` : undefined}
        placeholder={
          phone ? 'Search servers' : 'Search servers: sqlite, send mail, category:databases…'
        }
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        enterKeyHint="search"
        value={typed}
        onChange={(event) => {
          onType(event.currentTarget.value);
          setOpen(true);
          setAt(-1);
        }}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={press}
        className={classNames(
          controlClass,
          'h-11.5 rounded-xl pr-11 pl-10.5 text-base shadow-low sm:text-[0.9375rem] [&::-webkit-search-cancel-button]:hidden',
        )}
      />
      {typed !== '' && (
        <IconButton
          className="absolute top-1 right-1"
          label="Clear the search"
          icon={<X className="size-4" aria-hidden />}
          onClick={() => {
            onChoose('');
            input.current?.focus();
          }}
        />
      )}
      {isShown && <SuggestionList id={id} options={options} at={at} onChoose={choose} />}
    </div>
  );
}
