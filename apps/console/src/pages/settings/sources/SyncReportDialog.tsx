import type { Source, Sync } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../../api/client.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { formatDuration } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';
import { countsWords } from './source-words.ts';

export interface SourceDialogProps {
  readonly source: Source;
  readonly onClose: () => void;
}

/** What the last readings of a source came to, and which entries were refused. */
export function SyncReportDialog({ source, onClose }: SourceDialogProps) {
  const list = useQuery(
    orpc.sources.syncs.list.queryOptions({ input: { source: source.id, limit: 10 } }),
  );
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Reports of ${visibleText(source.title)}`}
      width="large"
    >
      {list.isPending && <SkeletonRows rows={3} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.syncs.length === 0 && <p className="text-sm text-soft">It was not read yet.</p>}
      <ul aria-label="Reports" className="flex flex-col gap-3">
        {list.data?.syncs.map((sync) => (
          <Report key={sync.id} sync={sync} />
        ))}
      </ul>
    </Dialog>
  );
}

function Report({ sync }: { readonly sync: Sync }) {
  const { state, queuedAt, startedAt, endedAt, error, refusals } = sync;
  const took =
    startedAt === undefined || endedAt === undefined
      ? undefined
      : Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <li className="rounded-xl border border-line bg-sunken px-4 py-3 text-sm">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={state === 'succeeded' ? 'good' : state === 'failed' ? 'bad' : 'neutral'}>
          {state}
        </Badge>
        <RelativeTime at={queuedAt} />
        {took !== undefined && <span className="text-faint">took {formatDuration(took)}</span>}
      </p>
      <p className="mt-1">{countsWords(sync)}</p>
      {error !== undefined && (
        <p className="mt-1 text-bad">
          <Untrusted>{error}</Untrusted>
        </p>
      )}
      {refusals.length > 0 && (
        <details className="mt-2">
          <summary className="cursor-default">Refused entries, each with why</summary>
          <ul className="mt-2 flex flex-col gap-1 text-xs [overflow-wrap:anywhere]">
            {refusals.map(({ name, reason }, index) => (
              <li key={`${index} ${name}`}>
                {name !== undefined && (
                  <>
                    <Untrusted className="font-mono">{name}</Untrusted>:{' '}
                  </>
                )}
                <Untrusted className="text-soft">{reason}</Untrusted>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
