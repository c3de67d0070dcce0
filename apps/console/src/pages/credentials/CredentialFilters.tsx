import type { CredentialView } from '@plugboard/contracts/api';
import { useCallback } from 'react';

import { useMe } from '../../shell/use-me.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { Select } from '../../ui/Select.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { FilterToggle } from '../../ui/FilterToggle.tsx';
import { credentialsRoute, type CredentialsSearch, isFiltered } from './credential-search.ts';
import { allKinds, kindWords } from './credential-words.ts';

export interface CredentialFiltersProps {
  /** What is listed now: its labels and services are offered. */
  readonly credentials: readonly CredentialView[];
}

/** Narrows the list; every choice is in the URL. */
export function CredentialFilters({ credentials }: CredentialFiltersProps) {
  const search = credentialsRoute.useSearch();
  const navigate = credentialsRoute.useNavigate();
  const { role } = useMe();
  const set = useCallback(
    (change: Partial<CredentialsSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const tellQ = useCallback((q: string) => set({ q: q === '' ? undefined : q }), [set]);
  const [q, setQ] = useUrlText(search.q ?? '', tellQ);
  const providers = choices(
    credentials.map(({ provider }) => provider),
    search.provider,
  );
  const labels = choices(
    credentials.flatMap((each) => each.labels),
    search.label,
  );
  const clear = () => {
    setQ('');
    void navigate({
      search: ({ sort, descending }) => ({ sort, descending }),
      replace: true,
    });
  };
  return (
    <FilterBar onClear={isFiltered(search) ? clear : undefined}>
      <SearchField
        label="Search credentials"
        className="col-span-2 w-full sm:w-50"
        value={q}
        maxLength={200}
        onValue={setQ}
      />
      <Select
        label="Kind"
        className="sm:w-32"
        value={search.kind ?? ''}
        onValue={(kind) => set({ kind: kind === '' ? undefined : kind })}
        options={[
          { value: '', label: 'Any kind' },
          ...allKinds.map((kind) => ({ value: kind as string, label: kindWords[kind] })),
        ]}
      />
      {role !== 'member' && (
        <Select
          label="Owner"
          className="sm:w-32"
          value={search.owner ?? ''}
          onValue={(owner) => set({ owner: owner === '' ? undefined : owner })}
          options={[
            { value: '', label: 'Any owner' },
            { value: 'organization', label: 'Organization' },
            { value: 'member', label: 'Members' },
            { value: 'agent', label: 'Agents' },
          ]}
        />
      )}
      {providers.length > 0 && (
        <Select
          label="Service"
          className="sm:w-34"
          value={search.provider ?? ''}
          onValue={(provider) => set({ provider: provider === '' ? undefined : provider })}
          options={[{ value: '', label: 'Any service' }, ...providers]}
        />
      )}
      {labels.length > 0 && (
        <Select
          label="Label"
          className="sm:w-32"
          value={search.label ?? ''}
          onValue={(label) => set({ label: label === '' ? undefined : label })}
          options={[{ value: '', label: 'Any label' }, ...labels]}
        />
      )}
      <FilterToggle
        pressed={search.expiring !== undefined}
        onPressed={(on) => set({ expiring: on ? 14 : undefined })}
      >
        {search.expiring === undefined || search.expiring === 14
          ? 'Expiring soon'
          : `Expiring in ${search.expiring} days`}
      </FilterToggle>
      <FilterToggle
        pressed={search.unused === true}
        onPressed={(on) => set({ unused: on || undefined })}
      >
        Unused
      </FilterToggle>
      <FilterToggle
        pressed={search.mine === true}
        onPressed={(on) => set({ mine: on || undefined })}
      >
        Mine
      </FilterToggle>
    </FilterBar>
  );
}

/** What there is to choose, and what is chosen in any case. */
function choices(found: readonly (string | undefined)[], chosen: string | undefined) {
  return [...new Set([...found, chosen])]
    .filter((each) => each !== undefined)
    .toSorted()
    .map((value) => ({ value, label: value }));
}
