import type { Instance } from '@plugboard/contracts/api';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CircleArrowUp } from 'lucide-react';
import { useCallback } from 'react';

import { FilterToggle } from '../../ui/FilterToggle.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { countStates } from './filter-instances.ts';

const states = ['failing', 'starting', 'ready', 'sleeping', 'stopped'] as const;
const all = 'all';

/** What is listed: each filter is in the URL. */
export function InstanceFilters({ instances }: { readonly instances: readonly Instance[] }) {
  const search = useSearch({ from: '/instances' });
  const navigate = useNavigate({ from: '/instances' });
  const put = useCallback(
    (change: Partial<typeof search>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const [q, setQ] = useUrlText(
    search.q ?? '',
    useCallback((text: string) => put({ q: text === '' ? undefined : text }), [put]),
  );
  const counts = countStates(instances);
  const toolboxes = [...new Set(instances.map(({ toolbox }) => toolbox.slug))].sort();
  const updates = instances.filter((each) => each.updateAvailable !== undefined).length;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField label="Search instances" value={q} onValue={setQ} />
      <SegmentedControl
        label="State"
        value={search.state ?? all}
        onValue={(state) => put({ state: state === all ? undefined : state })}
        options={[
          { value: all, label: <Counted word="All" count={instances.length} /> },
          ...states
            .filter((state) => counts[state] > 0 || search.state === state)
            .map((state) => ({
              value: state,
              label: <Counted word={state} count={counts[state]} />,
            })),
        ]}
      />
      {toolboxes.length > 1 && (
        <Select
          label="Toolbox"
          className="!w-auto min-w-36"
          value={search.toolbox ?? ''}
          onValue={(toolbox) => put({ toolbox: toolbox === '' ? undefined : toolbox })}
          options={[
            { value: '', label: 'Every toolbox' },
            ...toolboxes.map((slug) => ({ value: slug, label: slug })),
          ]}
        />
      )}
      {(updates > 0 || search.updates === true) && (
        <FilterToggle
          pressed={search.updates === true}
          onPressed={(pressed) => put({ updates: pressed || undefined })}
        >
          <CircleArrowUp className="size-4" aria-hidden />
          <Counted word="Updates" count={updates} />
        </FilterToggle>
      )}
    </div>
  );
}

function Counted({ word, count }: { readonly word: string; readonly count: number }) {
  return (
    <>
      <span className="first-letter:uppercase">{word}</span>
      <span className="text-xs text-faint tabular-nums">{count}</span>
    </>
  );
}
