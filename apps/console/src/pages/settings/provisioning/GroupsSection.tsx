import type { ScimGroup } from '@plugboard/contracts/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { plural } from '../../../ui/format.ts';
import { Select } from '../../../ui/Select.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';

type Role = NonNullable<ScimGroup['role']>;
const none = 'none';

/** Which role the members of a directory's group have. */
export function GroupsSection() {
  const [offset, setOffset] = useState(0);
  const list = useQuery(orpc.scim.groups.list.queryOptions({ input: { offset } }));
  const groups = list.data?.groups ?? [];
  const total = list.data?.total ?? 0;
  return (
    <Section
      title="Groups of the directory"
      about="Of several groups the highest role counts. A role that was set by hand stays."
      flush
    >
      {list.isPending && <SkeletonRows rows={2} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && total === 0 && (
        <p className="px-4 py-6 text-sm text-soft sm:px-5">
          The directory has sent no group yet. When it does, say here which role it gives.
        </p>
      )}
      <ul aria-label="Groups" className="divide-y divide-line">
        {groups.map((group) => (
          <GroupRow key={group.id} group={group} />
        ))}
      </ul>
      {(offset > 0 || offset + groups.length < total) && (
        <div className="flex items-center justify-end gap-2 px-4 py-3 text-sm sm:px-5">
          <span className="text-faint">
            {offset + 1} to {offset + groups.length} of {total}
          </span>
          <Button
            size="small"
            disabled={offset === 0}
            onClick={() => setOffset(Math.max(0, offset - Math.max(groups.length, 100)))}
          >
            Before
          </Button>
          <Button
            size="small"
            disabled={offset + groups.length >= total}
            onClick={() => setOffset(offset + groups.length)}
          >
            Next
          </Button>
        </div>
      )}
    </Section>
  );
}

function GroupRow({ group }: { readonly group: ScimGroup }) {
  const may = useMay();
  const client = useQueryClient();
  const map = useMutation({
    mutationFn: (role: Role | null) => api.scim.groups.map({ group: group.id, role }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: orpc.scim.key() }),
        client.invalidateQueries({ queryKey: orpc.members.key() }),
      ]),
  });
  const role = map.isPending ? map.variables : group.role;
  const choose = (value: Role | typeof none) => {
    const before = group.role;
    map.mutate(value === none ? null : value, {
      onSuccess: () =>
        tellDone(`${visibleText(group.name)}: ${value === none ? 'no role' : value}`, () =>
          map.mutate(before),
        ),
    });
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-5">
      <span className="min-w-0 flex-1 basis-48">
        <Untrusted className="block truncate font-medium">{group.name}</Untrusted>
        <span className="text-xs text-faint">{plural(group.members, 'member')}</span>
      </span>
      <Select<Role | typeof none>
        label={`Role of ${visibleText(group.name)}`}
        className="w-40"
        value={role ?? none}
        disabled={!may('provisioning.manage') || map.isPending}
        onValue={choose}
        options={[
          { value: none, label: 'says nothing' },
          { value: 'owner', label: 'owner' },
          { value: 'admin', label: 'admin' },
          { value: 'member', label: 'member' },
          { value: 'auditor', label: 'auditor' },
        ]}
      />
    </li>
  );
}
