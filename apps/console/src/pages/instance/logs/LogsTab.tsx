import type { Instance } from '@plugboard/contracts/api';
import { Download, Eraser, Pause, Play, ScrollText } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';

import { Button } from '../../../ui/Button.tsx';
import { Card } from '../../../ui/Card.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { FilterToggle } from '../../../ui/FilterToggle.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { SearchField } from '../../../ui/SearchField.tsx';
import { Select } from '../../../ui/Select.tsx';
import { filterLines, type LogLevel, maxLines, toLogFile } from './log-lines.ts';
import { LogList } from './LogList.tsx';
import { type LogStatus, useLogStream } from './use-log-stream.ts';

const times = [
  { value: '0', label: 'Any time' },
  { value: '60000', label: 'Last minute' },
  { value: '900000', label: 'Last 15 minutes' },
  { value: '3600000', label: 'Last hour' },
] as const;

type Span = (typeof times)[number]['value'];
type Show = LogLevel | 'all' | 'plugboard';

/** What the instance writes, as it writes it. */
export function LogsTab({ instance }: { readonly instance: Instance }) {
  const [paused, setPaused] = useState(false);
  const [wrap, setWrap] = useState(false);
  const [q, setQ] = useState('');
  const [show, setShow] = useState<Show>('all');
  const [time, setTime] = useState<{ span: Span; since: string | undefined }>({
    span: '0',
    since: undefined,
  });
  const stream = useLogStream(instance.id, paused);
  const deferredQ = useDeferredValue(q);
  const lines = useMemo(
    () =>
      filterLines(stream.lines, {
        q: deferredQ,
        level: show === 'all' || show === 'plugboard' ? undefined : show,
        source: show === 'plugboard' ? 'plugboard' : undefined,
        since: time.since,
      }),
    [stream.lines, deferredQ, show, time],
  );
  const isFiltered = lines.length !== stream.lines.length;
  if (stream.status === 'refused') {
    return (
      <Card>
        <ErrorState title="The logs could not be read" error={stream.error} />
      </Card>
    );
  }
  return (
    <Card className="min-w-0">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2.5">
        <SearchField label="Search the log" value={q} onValue={setQ} className="w-full sm:w-60" />
        <Select
          label="Level"
          className="!w-auto min-w-32"
          value={show}
          onValue={setShow}
          options={[
            { value: 'all', label: 'Every line' },
            { value: 'error', label: 'Errors' },
            { value: 'warn', label: 'Warnings and worse' },
            { value: 'info', label: 'Without debug lines' },
            { value: 'plugboard', label: 'Plugboard’s own' },
          ]}
        />
        <Select
          label="Time"
          className="!w-auto min-w-36"
          value={time.span}
          onValue={(span) => setTime({ span, since: sinceOf(span) })}
          options={times}
        />
        <FilterToggle pressed={wrap} onPressed={setWrap}>
          Wrap
        </FilterToggle>
        <span className="ml-auto flex items-center gap-1">
          <Button
            size="small"
            aria-pressed={paused}
            icon={
              paused ? (
                <Play className="size-4" aria-hidden />
              ) : (
                <Pause className="size-4" aria-hidden />
              )
            }
            onClick={() => setPaused(!paused)}
          >
            {paused ? 'Go on' : 'Pause'}
          </Button>
          <IconButton
            size="icon-small"
            label="Download these lines"
            disabled={lines.length === 0}
            icon={<Download className="size-4" aria-hidden />}
            onClick={() => download(`${instance.slug}.log`, toLogFile(lines))}
          />
          <IconButton
            size="icon-small"
            label="Clear what is shown"
            icon={<Eraser className="size-4" aria-hidden />}
            onClick={stream.clear}
          />
        </span>
      </div>
      <p
        role="status"
        className="flex flex-wrap items-center gap-x-3 border-b border-line px-4 py-1.5 text-xs text-faint tabular-nums"
      >
        <StatusWords status={stream.status} paused={paused} waiting={stream.waiting} />
        <span>
          {isFiltered
            ? `${formatNumber(lines.length)} of ${plural(stream.lines.length, 'line')}`
            : plural(stream.lines.length, 'line')}
        </span>
        {stream.lines.length >= maxLines && (
          <span>the last {formatNumber(maxLines)} are kept here</span>
        )}
      </p>
      {lines.length === 0 && stream.status !== 'connecting' ? (
        <EmptyState
          icon={<ScrollText aria-hidden />}
          title={isFiltered ? 'No line is like that' : 'It has written nothing yet'}
        >
          {isFiltered
            ? 'Lines that come and match appear here.'
            : 'What the server writes to its error output appears here, and when it starts and stops. A server that sleeps writes nothing.'}
        </EmptyState>
      ) : (
        <LogList lines={lines} wrap={wrap} label={`Log of ${instance.slug}`} />
      )}
    </Card>
  );
}

function StatusWords({
  status,
  paused,
  waiting,
}: {
  readonly status: LogStatus;
  readonly paused: boolean;
  readonly waiting: number;
}) {
  if (paused) {
    return (
      <span className="font-medium text-warn">
        Paused{waiting > 0 && `, ${plural(waiting, 'line')} waiting`}
      </span>
    );
  }
  if (status === 'following') {
    return (
      <span className="flex items-center gap-1.5 font-medium text-good">
        <span className="size-1.5 animate-pulse rounded-full bg-current" aria-hidden /> Live
      </span>
    );
  }
  return <span className="text-warn">{status === 'lost' ? 'Reconnecting' : 'Connecting'}</span>;
}

function sinceOf(span: Span): string | undefined {
  return span === '0' ? undefined : new Date(Date.now() - Number(span)).toISOString();
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
