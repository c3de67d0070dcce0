import { useQuery } from '@tanstack/react-query';
import { Users } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { Card } from '../../../ui/Card.tsx';
import { DataTable, type Sort } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SearchField } from '../../../ui/SearchField.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { memberCard, memberColumns } from './member-columns.tsx';

/** Beyond so many they are worth searching. */
const manyMembers = 8;

/** Who is in the organization. */
export function MembersTab() {
  const list = useQuery(orpc.members.list.queryOptions());
  const [sort, setSort] = useState<Sort>({ by: 'name', descending: false });
  const [typed, setTyped] = useState('');
  if (list.isPending) return <SkeletonRows />;
  if (list.isError) {
    return (
      <ErrorState
        error={list.error}
        title="The members could not be read"
        onRetry={() => void list.refetch()}
      />
    );
  }
  const { members } = list.data;
  const sought = typed.trim().toLowerCase();
  const rows = members.filter(({ name, email = '', role }) =>
    `${name} ${email} ${role}`.toLowerCase().includes(sought),
  );
  return (
    <div className="flex flex-col gap-3">
      {members.length > manyMembers && (
        <SearchField label="Search members" value={typed} onValue={setTyped} />
      )}
      <Card>
        {rows.length === 0 ? (
          <EmptyState icon={<Users aria-hidden />} title="Nobody is called that" />
        ) : (
          <DataTable
            label="Members"
            columns={memberColumns}
            rows={rows}
            rowKey={({ id }) => id}
            rowName={({ name }) => name}
            card={memberCard}
            sort={sort}
            onSort={setSort}
          />
        )}
      </Card>
    </div>
  );
}
