import { SlidersHorizontal } from 'lucide-react';

import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/format.ts';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';
import { chosenValues, countFilters, withValues } from './query-text.ts';
import { sorts } from './words.ts';

export interface ResultBarProps {
  readonly q: string;
  readonly show: 'servers' | 'tools';
  /** How many servers were found; undefined while that is not known. */
  readonly total: number | undefined;
  /** What the server sorted by. */
  readonly sort: string | undefined;
  readonly onQuery: (query: string) => void;
  readonly onShow: (show: 'servers' | 'tools') => void;
  readonly onFilters: () => void;
}

/** How many were found, what of, and in which order. */
export function ResultBar({ q, show, total, sort, onQuery, onShow, onFilters }: ResultBarProps) {
  const [asked] = chosenValues(q, 'sort');
  const filters = countFilters(q);
  const chosen = sorts.find(({ value }) => value === (asked ?? sort))?.value ?? 'relevance';
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <SegmentedControl
        label="What to search"
        options={[
          { value: 'servers', label: 'Servers' },
          { value: 'tools', label: 'Tools inside' },
        ]}
        value={show}
        onValue={onShow}
      />
      <p role="status" className="min-w-0 flex-1 text-sm text-soft tabular-nums">
        {show === 'servers' && total !== undefined && plural(total, 'server')}
      </p>
      {show === 'servers' && (
        <>
          <Button
            size="small"
            className="lg:hidden"
            icon={<SlidersHorizontal className="size-4" aria-hidden />}
            onClick={onFilters}
          >
            {filters > 0 ? `Filters (${filters})` : 'Filters'}
          </Button>
          <Select
            label="Order"
            className="w-44"
            options={sorts}
            value={chosen}
            onValue={(value) =>
              onQuery(withValues(q, 'sort', value === 'relevance' ? [] : [value]))
            }
          />
        </>
      )}
    </div>
  );
}
