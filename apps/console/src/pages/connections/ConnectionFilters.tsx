import { FilterToggle } from '../../ui/FilterToggle.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Select } from '../../ui/Select.tsx';
import { connectionsRoute, type ConnectionsSearch, stateOf } from './connection-search.ts';

const options = [
  { value: '', label: 'Every state' },
  { value: 'connected', label: 'Connected' },
  { value: 'needs_sign_in', label: 'Needs sign-in' },
  { value: 'revoked', label: 'Revoked' },
] as const;

/** Narrows the list; every choice is in the URL. */
export function ConnectionFilters() {
  const search = connectionsRoute.useSearch();
  const navigate = connectionsRoute.useNavigate();
  const set = (change: Partial<ConnectionsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2" role="group" aria-label="Filters">
      <SearchField
        label="Search connections"
        value={search.q ?? ''}
        onValue={(q) => set({ q: q === '' ? undefined : q })}
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
    </div>
  );
}
