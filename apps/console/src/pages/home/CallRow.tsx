import type { LiveCall } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleHelp, CircleX, ShieldX } from 'lucide-react';
import type { ReactNode } from 'react';

import { formatDuration } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';

const looks = {
  ok: { icon: CircleCheck, text: 'text-good', words: 'ok' },
  input_required: { icon: CircleHelp, text: 'text-accent', words: 'asks for input' },
  tool_error: { icon: CircleX, text: 'text-bad', words: 'tool error' },
  error: { icon: CircleX, text: 'text-bad', words: 'failed' },
  cancelled: { icon: CircleX, text: 'text-soft', words: 'cancelled' },
  refused: { icon: ShieldX, text: 'text-warn', words: 'refused' },
} as const;

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

export interface CallRowProps {
  readonly call: LiveCall;
  /** Whether it leads to its record. */
  readonly linked: boolean;
}

/** One call of the stream, in a line; in two on phones. */
export function CallRow({ call, linked }: CallRowProps) {
  const { icon: Icon, text, words } = looks[call.outcome];
  const reason = call.reason?.replaceAll('_', ' ');
  return (
    <li className="border-b border-line transition-opacity duration-300 last:border-0 starting:opacity-0">
      <Row seq={call.seq} linked={linked}>
        <Icon className={`size-4 max-sm:row-start-1 ${text}`} aria-hidden />
        <time
          dateTime={call.at}
          title={new Date(call.at).toLocaleString()}
          className="hidden font-mono text-xs text-faint tabular-nums sm:block"
        >
          {clock.format(new Date(call.at))}
        </time>
        <span className="truncate text-soft max-sm:col-start-2 max-sm:row-start-2">
          {call.agent ? <Untrusted>{call.agent.name}</Untrusted> : 'an agent that is gone'}
        </span>
        <span className="truncate max-sm:col-start-2 max-sm:row-start-1">
          <Untrusted className="font-medium">{call.tool ?? call.method}</Untrusted>
          {call.instance && (
            <span className="text-faint">
              {' on '}
              <Untrusted>{call.instance.slug}</Untrusted>
            </span>
          )}
        </span>
        <span
          className={`truncate text-right text-xs ${text} max-sm:col-start-3 max-sm:row-start-2`}
        >
          {words}
          {reason !== undefined && (
            <>
              : <Untrusted>{reason}</Untrusted>
            </>
          )}
        </span>
        <span className="text-right text-xs text-faint tabular-nums max-sm:col-start-3 max-sm:row-start-1">
          {formatDuration(call.durationMs)}
        </span>
      </Row>
    </li>
  );
}

const rowLook =
  'grid grid-cols-[1rem_minmax(0,1fr)_minmax(0,auto)] items-center gap-x-3 px-4 py-2 text-sm sm:h-10 sm:grid-cols-[1rem_3.75rem_minmax(5rem,1fr)_minmax(8rem,2fr)_8rem_3.25rem] sm:px-5 sm:py-0';

interface RowProps {
  readonly seq: number;
  readonly linked: boolean;
  readonly children: ReactNode;
}

function Row({ seq, linked, children }: RowProps) {
  if (!linked) return <div className={rowLook}>{children}</div>;
  return (
    <Link
      to="/audit/$seq"
      params={{ seq: String(seq) }}
      preload={false}
      className={`${rowLook} hover:bg-hover focus-visible:-outline-offset-2`}
    >
      {children}
    </Link>
  );
}
