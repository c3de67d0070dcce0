import type { AuditEntry } from '@plugboard/contracts/api';
import type { CSSProperties } from 'react';

import { Badge } from '../../ui/Badge.tsx';
import { formatDuration } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { textOf } from './audit-search.ts';
import { describeEntry } from './describe-entry.ts';

export interface EntryRowProps {
  readonly entry: AuditEntry;
  /** In the list, from 0 on. */
  readonly position: number;
  readonly style: CSSProperties;
}

export const entryTracks =
  '7.5rem minmax(9rem, 1.1fr) minmax(9rem, 2fr) minmax(7rem, 1.1fr) minmax(6rem, 1fr) 4.5rem 4.5rem';

/** A record in the table. Its number leads to all of it. */
export function EntryRow({ entry, position, style }: EntryRowProps) {
  const { label, tone, subject, reason, durationMs } = describeEntry(entry);
  return (
    <div
      role="row"
      aria-rowindex={position + 2}
      className="absolute inset-x-0 grid items-center gap-x-4 border-b border-line px-4 hover:bg-hover"
      style={{ ...style, gridTemplateColumns: entryTracks }}
    >
      <div role="cell" className="truncate text-soft">
        <RelativeTime at={entry.at} />
      </div>
      <div role="cell" className="min-w-0">
        <Badge tone={tone} title={entry.kind}>
          {label}
        </Badge>
      </div>
      <div role="cell" className="min-w-0 truncate">
        {subject !== undefined && <Untrusted className="font-mono text-xs">{subject}</Untrusted>}
        {reason !== undefined && (
          <span className="ml-2 text-xs text-bad">
            <Untrusted>{reason}</Untrusted>
          </span>
        )}
      </div>
      <div role="cell" className="truncate">
        <Who entry={entry} />
      </div>
      <div role="cell" className="truncate">
        <Where entry={entry} />
      </div>
      <div role="cell" className="text-right text-xs text-soft tabular-nums">
        {durationMs !== undefined && formatDuration(durationMs)}
      </div>
      <div role="cell" className="text-right text-xs tabular-nums">
        <SeqLink seq={entry.seq} />
      </div>
    </div>
  );
}

/** A record on a phone. */
export function EntryCard({ entry, position, style }: EntryRowProps) {
  const { label, tone, subject, reason, durationMs } = describeEntry(entry);
  return (
    <div
      role="listitem"
      aria-posinset={position + 1}
      aria-setsize={-1}
      className="absolute inset-x-0 flex flex-col justify-center gap-0.5 border-b border-line px-4 text-sm"
      style={style}
    >
      <div className="flex items-center justify-between gap-2">
        <span className="flex min-w-0 items-center gap-2">
          <Badge tone={tone}>{label}</Badge>
          {durationMs !== undefined && (
            <span className="text-xs text-faint tabular-nums">{formatDuration(durationMs)}</span>
          )}
        </span>
        <span className="text-xs">
          <SeqLink seq={entry.seq} />
        </span>
      </div>
      <div className="truncate">
        {subject !== undefined && <Untrusted className="font-mono text-xs">{subject}</Untrusted>}
        {reason !== undefined && (
          <span className="ml-2 text-xs text-bad">
            <Untrusted>{reason}</Untrusted>
          </span>
        )}
      </div>
      <div className="flex items-center gap-2 truncate text-xs text-faint">
        <RelativeTime at={entry.at} />
        <span className="truncate">
          <Who entry={entry} />
        </span>
      </div>
    </div>
  );
}

function SeqLink({ seq }: { readonly seq: number }) {
  return (
    <TextLink to="/audit/$seq" params={{ seq: String(seq) }} aria-label={`Record ${seq}`}>
      {seq}
    </TextLink>
  );
}

/** The agent that called, and for whom, or the member who changed something. */
function Who({ entry: { agent, member, record } }: { readonly entry: AuditEntry }) {
  if (agent && textOf(record, 'callId') !== undefined) {
    return (
      <TextLink to="/agents/$agent" params={{ agent: agent.slug }} className="text-ink">
        <Untrusted>{agent.name}</Untrusted>
      </TextLink>
    );
  }
  if (member) return <Untrusted>{member.name}</Untrusted>;
  const isGone =
    textOf(record, 'memberId') !== undefined || textOf(record, 'agentId') !== undefined;
  return <span className="text-faint">{isGone ? 'somebody gone' : 'Plugboard'}</span>;
}

function Where({ entry: { instance, agent, record } }: { readonly entry: AuditEntry }) {
  if (instance) {
    return (
      <TextLink to="/instances/$instance" params={{ instance: instance.slug }} className="text-ink">
        <Untrusted>{instance.slug}</Untrusted>
      </TextLink>
    );
  }
  const slug = textOf(record, 'instance');
  if (slug !== undefined) return <Untrusted className="text-faint">{slug}</Untrusted>;
  if (agent && textOf(record, 'callId') === undefined) {
    return (
      <TextLink to="/agents/$agent" params={{ agent: agent.slug }} className="text-ink">
        <Untrusted>{agent.slug}</Untrusted>
      </TextLink>
    );
  }
  return null;
}
