import { callOutcomes } from '@plugboard/contracts';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useCallback } from 'react';

import { orpc } from '../../api/client.ts';
import { Badge } from '../../ui/Badge.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Select } from '../../ui/Select.tsx';
import { useUrlText } from '../../ui/use-url-text.ts';
import { kindGroups } from './audit-kinds.ts';
import { auditRoute, type AuditSearch, isNarrowed } from './audit-search.ts';
import { kindWords, outcomeWords } from './describe-entry.ts';
import { RangeFilter } from './RangeFilter.tsx';

/** Narrows the log; every choice is in the URL. */
export function AuditFilters() {
  const search = auditRoute.useSearch();
  const navigate = auditRoute.useNavigate();
  const set = useCallback(
    (change: Partial<AuditSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const tellQ = useCallback((q: string) => set({ q: q === '' ? undefined : q }), [set]);
  const [q, setQ] = useUrlText(search.q ?? '', tellQ);
  const agents = useQuery(orpc.agents.list.queryOptions());
  const instances = useQuery(orpc.instances.list.queryOptions());
  const members = useQuery(orpc.members.list.queryOptions());
  const clear = () => {
    setQ('');
    void navigate({ search: {}, replace: true });
  };
  return (
    <FilterBar onClear={isNarrowed(search) ? clear : undefined}>
      <SearchField
        className="col-span-2 w-full sm:w-48"
        label="Search the log"
        value={q}
        onValue={setQ}
        maxLength={200}
      />
      <RangeFilter search={search} onRange={set} />
      <OneOf
        label="Kind"
        every="Any kind"
        value={search.kind}
        onValue={(kind) => set({ kind })}
        options={kindGroups}
        nameOf={kindWords}
      />
      <OneOf
        label="Outcome"
        every="Any outcome"
        value={search.outcome}
        onValue={(outcome) => set({ outcome })}
        options={callOutcomes.map((value) => ({ value, label: outcomeWords[value] }))}
      />
      <OneOf
        label="Agent"
        every="Any agent"
        value={search.agent}
        onValue={(agent) => set({ agent })}
        options={(agents.data?.agents ?? []).map(({ slug, name }) => ({
          value: slug,
          label: name,
        }))}
      />
      <OneOf
        label="Instance"
        every="Any instance"
        value={search.instance}
        onValue={(instance) => set({ instance })}
        options={(instances.data?.instances ?? []).map(({ slug }) => ({
          value: slug,
          label: slug,
        }))}
      />
      <OneOf
        label="Member"
        every="Any member"
        value={search.member}
        onValue={(member) => set({ member })}
        options={(members.data?.members ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      />
      {search.call !== undefined && (
        <span className="inline-flex items-center gap-1">
          <Badge tone="accent">one call</Badge>
          <IconButton
            size="icon-small"
            label="Show all calls"
            icon={<X className="size-4" aria-hidden />}
            onClick={() => set({ call: undefined })}
          />
        </span>
      )}
    </FilterBar>
  );
}

interface OneOfProps {
  readonly label: string;
  readonly every: string;
  readonly value: string | undefined;
  readonly onValue: (value: string | undefined) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** What something is called that a link names and the list has not. */
  readonly nameOf?: (value: string) => string;
}

function OneOf({ label, every, value, onValue, options, nameOf }: OneOfProps) {
  const isListed = value === undefined || options.some((option) => option.value === value);
  return (
    <Select
      label={label}
      className={every.length > 9 ? 'sm:w-37' : 'sm:w-32'}
      value={value ?? ''}
      onValue={(chosen) => onValue(chosen === '' ? undefined : chosen)}
      options={[
        { value: '', label: every },
        ...(isListed ? [] : [{ value, label: nameOf?.(value) ?? value }]),
        ...options,
      ]}
    />
  );
}
