import type { ConnectionView } from '@plugboard/contracts/api';

import type { Column } from '../../ui/DataTable.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { ownerWords, serviceOf } from './connection-words.ts';
import { ConnectionBadge } from './ConnectionBadge.tsx';
import { ConnectionLink } from './ConnectionLink.tsx';

const none = <span className="text-faint">–</span>;

/** Connections as a table compares them. */
export const connectionColumns: readonly Column<ConnectionView>[] = [
  {
    id: 'name',
    header: 'Connection',
    width: 'minmax(12rem, 2fr)',
    sortBy: ({ name }) => name,
    cell: (connection) => (
      <span className="flex min-w-0 flex-col leading-5">
        <ConnectionLink connection={connection} />
        <Untrusted className="truncate text-xs text-faint">{serviceOf(connection)}</Untrusted>
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: 'minmax(8rem, 1fr)',
    sortBy: ({ state, signIn }) => (signIn ? `0 ${state}` : `1 ${state}`),
    cell: (connection) => <ConnectionBadge connection={connection} />,
  },
  {
    id: 'account',
    header: 'Account there',
    width: 'minmax(8rem, 1.3fr)',
    sortBy: ({ account }) => account?.name,
    cell: ({ account }) =>
      account === undefined ? none : <Untrusted className="truncate">{account.name}</Untrusted>,
  },
  {
    id: 'owner',
    header: 'Owner',
    width: 'minmax(7rem, 1fr)',
    sortBy: ({ owner }) => ownerWords(owner),
    cell: ({ owner }) => <Untrusted className="truncate">{ownerWords(owner)}</Untrusted>,
  },
  {
    id: 'instances',
    header: 'Used by',
    width: 'minmax(8rem, 1.2fr)',
    sortBy: ({ instances }) => instances.length,
    cell: (connection) => <UsedBy connection={connection} />,
  },
  {
    id: 'blocked',
    header: 'Calls failed',
    width: '6.5rem',
    align: 'right',
    sortBy: ({ blockedCalls }) => blockedCalls,
    cell: ({ blockedCalls }) =>
      blockedCalls === 0 ? none : <span className="text-bad">{formatNumber(blockedCalls)}</span>,
  },
  {
    id: 'renewed',
    header: 'Renewed',
    width: '8.5rem',
    sortBy: ({ refreshedAt }) => refreshedAt,
    cell: ({ refreshedAt }) => <RelativeTime at={refreshedAt} never="not yet" />,
  },
];

function UsedBy({ connection: { instances } }: { readonly connection: ConnectionView }) {
  const [first] = instances;
  if (!first) return <span className="text-faint">no server</span>;
  return (
    <span className="truncate">
      <TextLink to="/instances/$instance" params={{ instance: first.slug }}>
        <Untrusted>{first.slug}</Untrusted>
      </TextLink>
      {instances.length > 1 && (
        <span className="text-faint"> and {plural(instances.length - 1, 'more', 'more')}</span>
      )}
    </span>
  );
}

/** One of them on a phone. */
export function connectionCard(connection: ConnectionView) {
  return (
    <div className="flex flex-col gap-1 text-sm">
      <div className="flex items-start justify-between gap-3">
        <span className="min-w-0">
          <ConnectionLink connection={connection} />
        </span>
        <ConnectionBadge connection={connection} />
      </div>
      <p className="text-xs text-faint">
        <Untrusted>{serviceOf(connection)}</Untrusted>
        {connection.account && (
          <>
            {' · '}
            <Untrusted>{connection.account.name}</Untrusted>
          </>
        )}
        {' · '}
        <Untrusted>{ownerWords(connection.owner)}</Untrusted>
      </p>
      <p className="text-xs text-soft">
        <UsedBy connection={connection} />
        {connection.blockedCalls > 0 && (
          <span className="text-bad"> · {plural(connection.blockedCalls, 'call')} failed</span>
        )}
      </p>
    </div>
  );
}
