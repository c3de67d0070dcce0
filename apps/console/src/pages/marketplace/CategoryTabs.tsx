import { LayoutGrid } from 'lucide-react';

import { classNames } from '../../ui/class-names.ts';
import { formatCompact } from '../../ui/format.ts';
import { chosenValues, withValues } from './query-text.ts';
import { categories } from './words.ts';

export interface CategoryTabsProps {
  readonly q: string;
  readonly counts: readonly { readonly value: string; readonly count: number }[];
  readonly onQuery: (query: string) => void;
}

/** What servers are for: one click narrows the search. */
export function CategoryTabs({ q, counts, onQuery }: CategoryTabsProps) {
  const chosen = chosenValues(q, 'category');
  const count = new Map(counts.map((each) => [each.value, each.count]));
  const shown = [...categories].filter(
    ([value]) => chosen.has(value) || (count.get(value) ?? 0) > 0,
  );
  const all = counts.reduce((sum, each) => sum + each.count, 0);
  return (
    <div
      role="group"
      aria-label="Categories"
      className="-mx-4 flex gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:mx-0 sm:px-0"
    >
      <Chip
        label="All"
        icon={<LayoutGrid className="size-4" aria-hidden />}
        count={all}
        isChosen={chosen.size === 0}
        onClick={() => onQuery(withValues(q, 'category', []))}
      />
      {shown.map(([value, { label, icon: Icon }]) => (
        <Chip
          key={value}
          label={label}
          icon={<Icon className="size-4" aria-hidden />}
          count={count.get(value) ?? 0}
          isChosen={chosen.has(value)}
          onClick={() => onQuery(withValues(q, 'category', chosen.has(value) ? [] : [value]))}
        />
      ))}
    </div>
  );
}

interface ChipProps {
  readonly label: string;
  readonly icon: React.ReactNode;
  readonly count: number;
  readonly isChosen: boolean;
  readonly onClick: () => void;
}

function Chip({ label, icon, count, isChosen, onClick }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onClick}
      className={classNames(
        'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-full border px-3 text-sm font-medium whitespace-nowrap transition-colors',
        isChosen
          ? 'border-accent-fill bg-accent-fill text-accent-ink'
          : 'border-line bg-raised text-soft hover:border-line-strong hover:text-ink',
      )}
    >
      {icon}
      {label}
      <span className={classNames('text-xs tabular-nums', !isChosen && 'text-faint')}>
        {formatCompact(count)}
      </span>
    </button>
  );
}
