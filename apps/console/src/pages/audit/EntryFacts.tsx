import type { AuditEntry } from '@plugboard/contracts/api';
import type { ReactNode } from 'react';

import { Badge } from '../../ui/Badge.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { textOf } from './audit-search.ts';
import { changeOf, describeEntry, kindWords } from './describe-entry.ts';

export interface EntryFactsProps {
  readonly entry: AuditEntry;
  /** With a link to its own page. */
  readonly linked?: boolean;
}

/** A record in words. */
export function EntryFacts({ entry, linked = false }: EntryFactsProps) {
  const { record, agent, instance, member, kind, at, seq } = entry;
  const { label, tone } = describeEntry(entry);
  const text = (name: string) => {
    const value = textOf(record, name);
    return value === undefined ? undefined : (
      <Untrusted key={name} className="font-mono text-xs">
        {value}
      </Untrusted>
    );
  };
  const { durationMs, resultBytes } = record;
  return (
    <Facts
      rows={[
        ['Record', linked ? <SeqLink key="seq" seq={seq} /> : undefined],
        [
          'What',
          <span key="what" className="inline-flex flex-wrap items-center gap-2">
            <Badge tone={tone}>{label}</Badge>
            <code className="text-xs text-faint">{kind}</code>
          </span>,
        ],
        [
          'When',
          <span key="when">
            {new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}{' '}
            <span className="text-faint">
              <RelativeTime at={at} />
            </span>
          </span>,
        ],
        [
          'Agent',
          agent ? (
            <TextLink key="agent" to="/agents/$agent" params={{ agent: agent.slug }}>
              <Untrusted>{agent.name}</Untrusted>
            </TextLink>
          ) : (
            text('agentId')
          ),
        ],
        [
          'Instance',
          instance ? (
            <TextLink key="instance" to="/instances/$instance" params={{ instance: instance.slug }}>
              <Untrusted>{instance.slug}</Untrusted>
            </TextLink>
          ) : (
            (text('instance') ?? text('instanceId'))
          ),
        ],
        [
          kind.startsWith('call.') ? 'For' : 'By',
          member ? (
            <TextLink key="member" to="/audit" search={{ member: member.id }}>
              <Untrusted>{member.name}</Untrusted>
            </TextLink>
          ) : (
            text('memberId')
          ),
        ],
        ['Method', text('method')],
        ['Name', text('offering')],
        ['Level', text('level')],
        ['Reason', text('reason')],
        ['Took', typeof durationMs === 'number' ? formatDuration(durationMs) : undefined],
        ['Answer', typeof resultBytes === 'number' ? formatBytes(resultBytes) : undefined],
        ...argumentRows(record),
        ['Call', text('callId')],
        ['Grant', text('grantId')],
        ['Token', text('tokenId')],
        ...Object.entries(changeOf(record)).map(
          ([name, value]) => [kindWords(words(name)), <Value key={name} value={value} />] as const,
        ),
      ]}
    />
  );
}

function SeqLink({ seq }: { readonly seq: number }) {
  return (
    <TextLink to="/audit/$seq" params={{ seq: String(seq) }}>
      {seq}
    </TextLink>
  );
}

/** `expiresAt` as `expires at`. */
function words(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => {
    return `${before} ${after.toLowerCase()}`;
  });
}

function Value({ value }: { readonly value: unknown }) {
  if (typeof value === 'string') return <Untrusted>{value}</Untrusted>;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return <span className="text-faint">none</span>;
  return (
    <Untrusted className="block max-h-40 overflow-y-auto font-mono text-xs whitespace-pre-wrap">
      {JSON.stringify(value, null, 1)}
    </Untrusted>
  );
}

/** What a call was given, as the log keeps it: without what looks secret. */
function argumentRows(record: AuditEntry['record']): readonly (readonly [string, ReactNode])[] {
  const { arguments: given } = record;
  if (typeof given !== 'object' || given === null || !('redacted' in given)) return [];
  return [['Arguments', <Value key="arguments" value={given.redacted} />]];
}
