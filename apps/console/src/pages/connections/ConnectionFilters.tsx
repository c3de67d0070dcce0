import { useCallback } from 'react';

import { FilterBar } from '../../ui/FilterBar.tsx';
import { FilterToggle } from '../../ui/FilterToggle.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Select } from '../../ui/Select.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { connectionsRoute, type ConnectionsSearch, stateOf } from './connection-search.ts';

const options = [
  { value: '', label: 'Any state' },
  { value: 'connected', label: 'Connected' },
  { value: 'needs_sign_in', label: 'Needs sign-in' },
  { value: 'revoked', label: 'Revoked' },
] as const;

/** Narrows the list; every choice is in the URL. */
export function ConnectionFilters() {
  const search = connectionsRoute.useSearch();
  const navigate = connectionsRoute.useNavigate();
  const set = useCallback(
    (change: Partial<ConnectionsSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const tellQ = useCallback((q: string) => set({ q: q === '' ? undefined : q }), [set]);
  const [q, setQ] = useUrlText(search.q ?? '', tellQ);
  return (
    <FilterBar>
      <SearchField
        label="Search connections"
        className="col-span-2 w-full sm:w-64"
        value={q}
        onValue={setQ}
      />
      <Select
        label="State"
        className="sm:w-44"
        options={options}
        value={stateOf(search.state) ?? ''}
        onValue={(state) => set({ state: state === '' ? undefined : state })}
      />
      <FilterToggle
        pressed={search.mine === true}
        onPressed={(on) => set({ mine: on || undefined })}
      >
        Mine
      </FilterToggle>
    </FilterBar>
  );
}
