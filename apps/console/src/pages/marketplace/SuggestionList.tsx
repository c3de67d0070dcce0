import { classNames } from '../../ui/class-names.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { clearHistory } from './search-history.ts';
import type { Option } from './use-suggestions.ts';

export interface SuggestionListProps {
  readonly id: string;
  readonly options: readonly Option[];
  readonly at: number;
  readonly onChoose: (option: Option) => void;
}

/** What a search could go on to, below its field. The field keeps the focus. */
export function SuggestionList({ id, options, at, onChoose }: SuggestionListProps) {
  const hasHistory = options.some(({ group }) => group === 'Searched before');
  return (
    // A press would take the focus from the field, and the list with it.
    <div
      className="glass-high absolute inset-x-0 top-full z-30 mt-1.5 overflow-hidden rounded-xl text-sm"
      onPointerDown={(event) => event.preventDefault()}
    >
      <div id={`${id}-list`} role="listbox" aria-label="Suggestions" className="p-1.5">
        {options.map((option, position) => {
          const { icon: Icon } = option;
          return (
            <div
              key={option.id}
              id={`${id}-${position}`}
              role="option"
              tabIndex={-1}
              aria-selected={position === at}
              onClick={() => onChoose(option)}
              onKeyDown={() => undefined}
              className={classNames(
                'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5',
                position === at ? 'bg-accent-soft' : 'hover:bg-hover',
              )}
            >
              <Icon className="size-4 shrink-0 text-faint" aria-hidden />
              <span className="min-w-0 shrink-0 truncate">
                <Untrusted>{option.label}</Untrusted>
              </span>
              {option.about !== undefined && (
                <span className="min-w-0 flex-1 truncate text-right text-xs text-faint">
                  <Untrusted>{option.about}</Untrusted>
                </span>
              )}
            </div>
          );
        })}
      </div>
      <div className="flex items-center gap-3 border-t border-line px-3.5 py-2 text-xs text-faint">
        <span className="hidden flex-1 sm:inline">
          ↑ ↓ to choose, Enter to search, Esc to close
        </span>
        {hasHistory && (
          <button
            type="button"
            className="ml-auto rounded-sm font-medium text-accent hover:underline"
            onClick={clearHistory}
          >
            Clear history
          </button>
        )}
      </div>
    </div>
  );
}
