import type { Member } from '@plugboard/contracts/api';

import { useMe } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import type { Column } from '../../../ui/DataTable.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';
import { RoleBadge } from '../RoleBadge.tsx';
import { sourceWords } from './member-words.ts';
import { MemberMenu } from './MemberMenu.tsx';

/** Members as a table compares them. */
export const memberColumns: readonly Column<Member>[] = [
  {
    id: 'name',
    header: 'Name',
    width: 'minmax(14rem, 2.4fr)',
    sortBy: ({ name }) => name,
    cell: (member) => <NameCell member={member} />,
  },
  {
    id: 'role',
    header: 'Role',
    width: 'minmax(7rem, 1fr)',
    sortBy: ({ role }) => role,
    cell: ({ role }) => <RoleBadge role={role} />,
  },
  {
    id: 'state',
    header: 'State',
    width: 'minmax(7rem, 1fr)',
    sortBy: ({ state }) => state,
    cell: (member) => <StateBadge member={member} />,
  },
  {
    id: 'source',
    header: 'Came by',
    width: 'minmax(8rem, 1fr)',
    sortBy: ({ source }) => sourceWords[source],
    cell: ({ source }) => <span className="text-soft">{sourceWords[source]}</span>,
  },
  {
    id: 'since',
    header: 'Since',
    width: 'minmax(7rem, 1fr)',
    sortBy: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
  {
    id: 'actions',
    header: '',
    width: '3.5rem',
    align: 'right',
    cell: (member) => <MemberMenu member={member} />,
  },
];

function NameCell({ member: { id, name, email } }: { readonly member: Member }) {
  const me = useMe();
  return (
    <span className="flex min-w-0 flex-col leading-5">
      <span className="flex min-w-0 items-center gap-1.5">
        <Untrusted className="truncate font-medium">{name}</Untrusted>
        {id === me.memberId && <Badge>you</Badge>}
      </span>
      {email !== undefined && (
        <Untrusted className="truncate text-xs text-faint">{email}</Untrusted>
      )}
    </span>
  );
}

function StateBadge({ member: { state } }: { readonly member: Member }) {
  return state === 'active' ? (
    <Badge tone="good">active</Badge>
  ) : (
    <Badge tone="warn" title="Nothing of theirs opens anything until they are reinstated">
      suspended
    </Badge>
  );
}

/** One of them on a phone. */
export function memberCard(member: Member) {
  return (
    <div className="flex items-start gap-3 text-sm">
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <NameCell member={member} />
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-xs text-soft">
          <RoleBadge role={member.role} />
          <StateBadge member={member} />
          <span>
            {sourceWords[member.source]}, <RelativeTime at={member.createdAt} />
          </span>
        </div>
      </div>
      <MemberMenu member={member} />
    </div>
  );
}
