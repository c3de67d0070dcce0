import type { Agent, AuditEntry, LiveEvent } from '@plugboard/contracts/api';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, Pencil, ScrollText, ShieldX } from 'lucide-react';
import { useCallback, useRef } from 'react';

import { orpc } from '../../api/client.ts';
import { useLiveEvents } from '../../shell/live.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { formatDuration } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** A busy agent must not have the log read with each of its calls. */
const readAnewMs = 2000;

/** What the agent did, and what was done to it, as it happens. */
export function AgentActivity({ agent }: { readonly agent: Agent }) {
  const client = useQueryClient();
  const log = useInfiniteQuery(
    orpc.audit.list.infiniteOptions({
      input: (before: number | undefined) => ({
        agent: agent.slug,
        limit: 50,
        ...(before !== undefined && { before }),
      }),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: ({ next }) => next,
    }),
  );
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLiveEvents(
    useCallback(
      (event: LiveEvent) => {
        if (event.type !== 'call' || event.call.agent?.id !== agent.id) return;
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          void client.invalidateQueries({ queryKey: orpc.audit.list.key() });
        }, readAnewMs);
      },
      [agent.id, client],
    ),
  );
  // An intent says nothing that its outcome does not.
  const entries = log.data?.pages
    .flatMap((page) => page.entries)
    .filter(({ kind }) => kind !== 'call.intent');
  return (
    <Section
      title="Activity"
      about="Its calls and what was changed about it, newest first."
      flush
      actions={
        <TextLink to="/audit" search={{ agent: agent.slug }} className="text-sm">
          In the audit log
        </TextLink>
      }
    >
      {log.error ? (
        <ErrorState error={log.error} onRetry={() => void log.refetch()} />
      ) : !entries ? (
        <SkeletonRows />
      ) : entries.length === 0 ? (
        <EmptyState icon={<ScrollText aria-hidden />} title="Nothing on record yet">
          Every call of the agent stands here a moment after it was made.
        </EmptyState>
      ) : (
        <>
          <ul aria-label="Activity" className="divide-y divide-line">
            {entries.map((entry) => (
              <Row key={entry.seq} entry={entry} />
            ))}
          </ul>
          {log.hasNextPage && (
            <div className="flex justify-center border-t border-line p-3">
              <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                Show earlier ones
              </Button>
            </div>
          )}
        </>
      )}
    </Section>
  );
}

const icons = {
  ok: [CircleCheck, 'text-good'],
  refused: [ShieldX, 'text-warn'],
  failed: [CircleX, 'text-bad'],
  change: [Pencil, 'text-faint'],
} as const;

function Row({ entry }: { readonly entry: AuditEntry }) {
  const { kind, record, instance, member } = entry;
  const isCall = kind.startsWith('call');
  const outcome = textOf(record['outcome']);
  const look = !isCall
    ? 'change'
    : outcome === 'ok'
      ? 'ok'
      : outcome === 'refused'
        ? 'refused'
        : 'failed';
  const [Icon, color] = icons[look];
  const durationMs = record['durationMs'];
  return (
    <li className="[contain-intrinsic-size:auto_3.5rem] [content-visibility:auto]">
      <Link
        to="/audit/$seq"
        params={{ seq: String(entry.seq) }}
        preload={false}
        className="flex items-center gap-3 px-4 py-2.5 text-sm hover:bg-hover focus-visible:-outline-offset-2 sm:px-5"
      >
        <Icon className={`size-4 shrink-0 ${color}`} aria-hidden />
        <span className="min-w-0 flex-1">
          <span className="block truncate">
            {isCall ? (
              <Untrusted className="font-medium">
                {textOf(record['offering']) ?? textOf(record['method']) ?? kind}
              </Untrusted>
            ) : (
              kind.replace('.', ' ').replaceAll('_', ' ')
            )}
            {instance && <span className="text-faint"> on {instance.slug}</span>}
          </span>
          <span className="block truncate text-xs text-faint">
            {outcome?.replace('_', ' ')}
            {outcome !== undefined && ' · '}
            <RelativeTime at={entry.at} />
            {member && (
              <>
                {' · by '}
                <Untrusted>{member.name}</Untrusted>
              </>
            )}
          </span>
        </span>
        {typeof durationMs === 'number' && (
          <span className="text-xs text-faint tabular-nums">{formatDuration(durationMs)}</span>
        )}
      </Link>
    </li>
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
