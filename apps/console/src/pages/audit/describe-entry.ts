import { callOutcomes, type CallOutcomeName } from '@plugboard/contracts';
import type { AuditEntry } from '@plugboard/contracts/api';

import type { Tone } from '../../ui/Badge.tsx';
import { textOf } from './audit-search.ts';

/** What a record says, for lists. Names within it were chosen by others. */
export interface EntryWords {
  /** What happened, in a word or three. */
  readonly label: string;
  readonly tone: Tone;
  /** What it happened to: a tool, a name. */
  readonly subject: string | undefined;
  /** Why it was refused or failed. */
  readonly reason: string | undefined;
  readonly durationMs: number | undefined;
}

const outcomeLooks: Readonly<
  Record<CallOutcomeName, { readonly word: string; readonly tone: Tone }>
> = {
  ok: { word: 'Call answered', tone: 'good' },
  tool_error: { word: 'Tool failed', tone: 'warn' },
  error: { word: 'Call failed', tone: 'bad' },
  refused: { word: 'Call refused', tone: 'bad' },
  cancelled: { word: 'Call cancelled', tone: 'neutral' },
  input_required: { word: 'Input asked for', tone: 'accent' },
};

/** What an outcome is called where one is chosen. */
export const outcomeWords: Readonly<Record<CallOutcomeName, string>> = {
  ok: 'Answered',
  tool_error: 'Tool failed',
  error: 'Failed',
  refused: 'Refused',
  cancelled: 'Cancelled',
  input_required: 'Input asked for',
};

/** Where a change keeps the name of what it is about, the most telling first. */
const naming = ['name', 'slug', 'tool', 'title', 'email', 'credential', 'target', 'role', 'id'];

/** Says what a record tells, in a line. */
export function describeEntry({ kind, record }: AuditEntry): EntryWords {
  const reason = textOf(record, 'reason');
  if (kind === 'call.intent') {
    return {
      label: 'Call began',
      tone: 'neutral',
      subject: textOf(record, 'offering') ?? textOf(record, 'method'),
      reason: undefined,
      durationMs: undefined,
    };
  }
  if (kind === 'call.outcome') {
    const outcome = callOutcomes.find((each) => each === record['outcome']);
    const { word, tone } = outcome ? outcomeLooks[outcome] : outcomeLooks.error;
    const { durationMs } = record;
    return {
      label: word,
      tone,
      subject: textOf(record, 'offering') ?? textOf(record, 'method'),
      reason,
      durationMs: typeof durationMs === 'number' ? durationMs : undefined,
    };
  }
  const change = changeOf(record);
  return {
    label: kindWords(kind),
    tone: toneOf(kind),
    subject: naming.map((name) => textOf(change, name)).find((text) => text !== undefined),
    reason: reason ?? textOf(change, 'reason'),
    durationMs: undefined,
  };
}

/** A kind as people say it: "Grant created". */
export function kindWords(kind: string): string {
  const words = kind.replaceAll('_', ' ').replace('.', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What changed, of records that tell of a change. */
export function changeOf({ change }: AuditEntry['record']): Readonly<Record<string, unknown>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- records are JSON
  return typeof change === 'object' && change !== null ? (change as Record<string, unknown>) : {};
}

const bad = /\.(?:refused)$/;
const ending = /\.(?:removed|revoked|deleted|destroyed|suspended|denied|unbound)$/;
const beginning = /\.(?:created|added|joined|granted|allowed|bound|reinstated|connected)$/;

function toneOf(kind: string): Tone {
  if (bad.test(kind)) return 'bad';
  if (ending.test(kind)) return 'warn';
  return beginning.test(kind) ? 'accent' : 'neutral';
}
