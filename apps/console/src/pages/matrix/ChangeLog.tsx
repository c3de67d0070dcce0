import type { AuditEntry } from '@plugboard/contracts/api';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { History, Undo2 } from 'lucide-react';

import { useSetGrants } from '../../access/use-set-grants.tsx';
import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { useNow } from '../../ui/use-now.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { readGrantRecord, undoOf } from './grant-record.ts';

/** Who changed which grant when, and a way back where there is one. */
export function ChangeLog({ readOnly }: { readonly readOnly: boolean }) {
  const { set, dialog } = useSetGrants();
  const log = useInfiniteQuery(
    orpc.audit.list.infiniteOptions({
      input: (before: number | undefined) => ({
        kind: 'grant',
        limit: 50,
        ...(before !== undefined && { before }),
      }),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: ({ next }) => next,
    }),
  );
  const now = useNow();
  const matrix = useQuery(orpc.access.matrix.queryOptions());
  const grants = useQuery(orpc.grants.list.queryOptions());
  if (log.error) return <ErrorState error={log.error} onRetry={() => void log.refetch()} />;
  if (!log.data) return <SkeletonRows />;
  const entries = log.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <Card>
        <EmptyState icon={<History aria-hidden />} title="No grant was changed yet">
          What is granted, forbidden or taken back stands here, with who did it.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card>
      <ul aria-label="Changes of grants" className="divide-y divide-line">
        {entries.map((entry) => {
          const undo =
            matrix.data && grants.data
              ? undoOf(entry, matrix.data, grants.data.grants, now)
              : undefined;
          return (
            <li
              key={entry.seq}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm [contain-intrinsic-size:auto_4rem] [content-visibility:auto]"
            >
              <Words entry={entry} />
              {undo && !readOnly && (
                <Button
                  size="small"
                  icon={<Undo2 className="size-4" aria-hidden />}
                  onClick={() => void set([...undo], 'Taken back')}
                >
                  Undo
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {log.hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Show earlier ones
          </Button>
        </div>
      )}
      {dialog}
    </Card>
  );
}

function Words({ entry }: { readonly entry: AuditEntry }) {
  const grant = readGrantRecord(entry);
  return (
    <span className="min-w-0 flex-1 basis-64">
      <span className="block">
        {grant ? (
          <>
            {grant.made ? (grant.effect === 'deny' ? 'Forbade' : 'Granted') : 'Took back'}{' '}
            <b className="font-medium">
              {grant.effect === 'deny' && !grant.made ? 'the ban of ' : ''}
              {grant.level}
              {grant.effect === 'deny' ? ' and more' : ''}
            </b>{' '}
            on <Untrusted className="font-medium">{grant.what}</Untrusted>{' '}
            {grant.made ? 'to' : 'from'} <b className="font-medium">{grant.agent}</b>
          </>
        ) : (
          entry.kind
        )}
      </span>
      <span className="block text-xs text-faint">
        <RelativeTime at={entry.at} /> by{' '}
        {entry.member ? <Untrusted>{entry.member.name}</Untrusted> : 'the system'} ·{' '}
        <TextLink to="/audit/$seq" params={{ seq: String(entry.seq) }} className="underline">
          record {entry.seq}
        </TextLink>
      </span>
    </span>
  );
}
