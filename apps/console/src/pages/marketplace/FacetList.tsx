import type { CatalogSearch } from '@plugboard/contracts/api';
import { useState } from 'react';

import { Checkbox } from '../../ui/Checkbox.tsx';
import { formatNumber } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { chosenValues, isSayable, withValue } from './query-text.ts';
import { facets } from './words.ts';

export interface FacetListProps {
  readonly q: string;
  readonly counts: CatalogSearch['facets'];
  readonly onQuery: (query: string) => void;
}

const few = 6;

/** Filters with how many servers each would leave. They edit the query's text. */
export function FacetList({ q, counts, onQuery }: FacetListProps) {
  return (
    <div className="flex flex-col gap-5">
      {facets.map(({ key, label, values }) => (
        <FacetGroup
          key={key}
          label={label}
          words={values}
          counts={counts[key]}
          chosen={chosenValues(q, key)}
          onValue={(value, isIn) => onQuery(withValue(q, key, value, isIn))}
        />
      ))}
    </div>
  );
}

interface FacetGroupProps {
  readonly label: string;
  readonly words: Readonly<Record<string, string>>;
  readonly counts: readonly { readonly value: string; readonly count: number }[];
  readonly chosen: ReadonlySet<string>;
  readonly onValue: (value: string, isIn: boolean) => void;
}

function FacetGroup({ label, words, counts, chosen, onValue }: FacetGroupProps) {
  const [all, setAll] = useState(false);
  const known = new Set(counts.map(({ value }) => value.toLowerCase()));
  const rows = [
    ...counts.filter(({ value }) => isSayable(value)),
    // What is chosen and leaves nothing can still be taken away.
    ...[...chosen].filter((value) => !known.has(value)).map((value) => ({ value, count: 0 })),
  ];
  if (rows.length < 2 && chosen.size === 0) return null;
  const shown = all ? rows.slice(0, 60) : rows.slice(0, few);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-xs font-semibold tracking-wide text-faint uppercase">
        {label}
      </legend>
      <div className="flex flex-col">
        {shown.map(({ value, count }) => (
          <label
            key={value}
            className="flex min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-1.5 text-sm hover:bg-hover"
          >
            <Checkbox
              checked={chosen.has(value.toLowerCase())}
              onChecked={(isIn) => onValue(value, isIn)}
            />
            <span className="min-w-0 flex-1 truncate">
              {Object.hasOwn(words, value) ? words[value] : <Untrusted>{value}</Untrusted>}
            </span>
            <span className="text-xs text-faint tabular-nums">{formatNumber(count)}</span>
          </label>
        ))}
      </div>
      {rows.length > few && (
        <button
          type="button"
          className="mt-1 rounded-sm px-1.5 text-xs font-medium text-accent hover:underline"
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `Show all ${Math.min(60, rows.length)}`}
          <span className="sr-only"> of {label}</span>
        </button>
      )}
    </fieldset>
  );
}
