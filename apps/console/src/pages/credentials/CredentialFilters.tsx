import type { CredentialView } from '@plugboard/contracts/api';
import { X } from 'lucide-react';

import { useMe } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Select } from '../../ui/Select.tsx';
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
  const set = (change: Partial<CredentialsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const providers = choices(
    credentials.map(({ provider }) => provider),
    search.provider,
  );
  const labels = choices(
    credentials.flatMap((each) => each.labels),
    search.label,
  );
  return (
    <div className="flex flex-wrap items-center gap-2" role="group" aria-label="Filters">
      <SearchField
        label="Search credentials"
        value={search.q ?? ''}
        maxLength={200}
        onValue={(q) => set({ q: q === '' ? undefined : q })}
      />
      <Select
        label="Kind"
        className="sm:w-44"
        value={search.kind ?? ''}
        onValue={(kind) => set({ kind: kind === '' ? undefined : kind })}
        options={[
          { value: '', label: 'Every kind' },
          ...allKinds.map((kind) => ({ value: kind as string, label: kindWords[kind] })),
        ]}
      />
      {role !== 'member' && (
        <Select
          label="Owner"
          className="sm:w-40"
          value={search.owner ?? ''}
          onValue={(owner) => set({ owner: owner === '' ? undefined : owner })}
          options={[
            { value: '', label: 'Every owner' },
            { value: 'organization', label: 'Organization' },
            { value: 'member', label: 'Members' },
            { value: 'agent', label: 'Agents' },
          ]}
        />
      )}
      {providers.length > 0 && (
        <Select
          label="Service"
          className="sm:w-40"
          value={search.provider ?? ''}
          onValue={(provider) => set({ provider: provider === '' ? undefined : provider })}
          options={[{ value: '', label: 'Every service' }, ...providers]}
        />
      )}
      {labels.length > 0 && (
        <Select
          label="Label"
          className="sm:w-36"
          value={search.label ?? ''}
          onValue={(label) => set({ label: label === '' ? undefined : label })}
          options={[{ value: '', label: 'Every label' }, ...labels]}
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
      {isFiltered(search) && (
        <Button
          variant="quiet"
          size="small"
          icon={<X className="size-4" aria-hidden />}
          onClick={() =>
            void navigate({
              search: ({ sort, descending }) => ({ sort, descending }),
              replace: true,
            })
          }
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}

/** What there is to choose, and what is chosen in any case. */
function choices(found: readonly (string | undefined)[], chosen: string | undefined) {
  return [...new Set([...found, chosen])]
    .filter((each) => each !== undefined)
    .toSorted()
    .map((value) => ({ value, label: value }));
}
