import type { Overview } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, ShieldX } from 'lucide-react';

import { useMay } from '../../shell/use-me.ts';
import { formatDuration, formatNumber, plural } from '../../ui/format.ts';
import type { CallResult } from './live-overview.ts';

type Calls = Overview['calls'];

/** From the foot of a bar to its top. */
const results = [
  {
    name: 'ok',
    words: 'ok',
    icon: CircleCheck,
    fill: 'fill-accent',
    text: 'text-accent',
    outcome: 'ok',
  },
  {
    name: 'failed',
    words: 'failed',
    icon: CircleX,
    fill: 'fill-bad',
    text: 'text-bad',
    outcome: 'error',
  },
  {
    name: 'refused',
    words: 'refused',
    icon: ShieldX,
    fill: 'fill-warn',
    text: 'text-warn',
    outcome: 'refused',
  },
] as const;

/** How many calls there were in each minute of the last hour, and how they went. */
export function CallsChart({ calls }: { readonly calls: Calls }) {
  return (
    <div className="px-4 pt-3.5 sm:px-5">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 className="flex-1 basis-40 text-[0.9375rem] font-semibold">Calls in the last hour</h2>
        <ul aria-label="How calls went" className="-mx-2 flex flex-wrap text-sm">
          {results.map(({ name, words, icon: Icon, text, outcome }) => (
            <li key={name}>
              <Legend outcome={name === 'failed' ? usualFailure(calls.recent) : outcome}>
                <Icon className={`size-4 ${text}`} aria-hidden />
                <span className="font-semibold tabular-nums">{formatNumber(calls[name])}</span>{' '}
                {words}
              </Legend>
            </li>
          ))}
        </ul>
      </header>
      <Bars minutes={calls.perMinute} />
      <p className="flex justify-between pt-1 text-xs text-faint">
        <span>{calls.window.complete ? 'an hour ago' : 'the last 20,000'}</span>
        {calls.p50Ms !== null && (
          <span title="Half of the calls took at most the first, 19 of 20 at most the second">
            {formatDuration(calls.p50Ms)} typical
            {calls.p95Ms !== null && ` · ${formatDuration(calls.p95Ms)} slow`}
          </span>
        )}
        <span>now</span>
      </p>
    </div>
  );
}

function Legend({
  outcome,
  children,
}: {
  readonly outcome: string;
  readonly children: React.ReactNode;
}) {
  const may = useMay();
  const look = 'flex h-8 items-center gap-1.5 rounded-lg px-2';
  if (!may('audit.read')) return <span className={look}>{children}</span>;
  return (
    <Link to="/audit" search={{ outcome, range: '1h' }} className={`${look} hover:bg-hover`}>
      {children}
    </Link>
  );
}

/** The audit log is filtered by one outcome, and two count as failed: the one that there is more of. */
function usualFailure(recent: Calls['recent']): string {
  const of = (outcome: string) => recent.filter((call) => call.outcome === outcome).length;
  return of('tool_error') > of('error') ? 'tool_error' : 'error';
}

const height = 24;

function Bars({ minutes }: { readonly minutes: Calls['perMinute'] }) {
  const totals = minutes.map(({ ok, failed, refused }) => ok + failed + refused);
  // One call is not a full bar.
  const most = Math.max(5, ...totals);
  const sum = (name: CallResult) => minutes.reduce((total, minute) => total + minute[name], 0);
  const label = `Calls per minute: ${plural(sum('ok'), 'call')} ok, ${sum('failed')} failed, ${sum('refused')} refused, at most ${Math.max(0, ...totals)} in a minute`;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${minutes.length} ${height}`}
      preserveAspectRatio="none"
      className="mt-2 h-16 w-full border-b border-line"
    >
      {minutes.map((minute, x) => {
        let top = height;
        return results.map(({ name, fill }) => {
          const value = minute[name];
          if (value === 0) return null;
          const size = Math.max((value / most) * (height - 1), 0.6);
          top -= size;
          return (
            <rect
              key={`${minute.at} ${name}`}
              x={x + 0.12}
              y={top}
              width={0.76}
              height={size}
              className={fill}
            />
          );
        });
      })}
    </svg>
  );
}
