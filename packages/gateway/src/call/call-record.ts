import type { RecordedArguments } from '../audit-record.ts';
import type { AuditLog } from '../ports.ts';
import { type CallEnd, type CallFacts, intentOf, outcomeOf } from './record.ts';
import type { ResolvedCall } from './resolve.ts';

/** The audit side of one call: at most one intent, exactly one outcome, in that order. */
export interface CallRecord {
  /** Notes what the call was found to be for. */
  locate(call: ResolvedCall): void;
  /** Notes the grant that permits it. */
  permit(grantId: string): void;
  /** Resolves when it is on disk that this call is about to be made. */
  intend(): Promise<void>;
  /** Runs `show` once the intent is on disk, in the order of these calls. Without it, never. */
  whenRecorded(show: () => void): void;
  /** Resolves when the intent is on disk and everything given to `whenRecorded` so far has run. */
  recorded(): Promise<void>;
  /** Notes that the server asked the client something. */
  noteAsked(method: string): void;
  /** Notes that the answer is none yet, but asks the client to come back with input. */
  noteInputRequired(): void;
  /** Resolves when the outcome is on disk and everything of `whenRecorded` has run. */
  end(end: CallEnd): Promise<void>;
}

/** Of what a server asks during one call so much is kept. */
const maxAsked = 100;

export function openCallRecord(
  { audit, clock }: { readonly audit: AuditLog; readonly clock: () => number },
  facts: CallFacts,
  recorded: RecordedArguments | undefined,
): CallRecord {
  const { organizationId } = facts.caller;
  let call: ResolvedCall | undefined;
  let grantId: string | undefined;
  let intent: Promise<void> | undefined;
  let shown: Promise<void> | undefined;
  let asked: string[] | undefined;
  let isUnfinished = false;

  function intend(): Promise<void> {
    if (!call || grantId === undefined)
      throw new Error('a call is intended before it is permitted');
    intent ??= audit.append(organizationId, intentOf(facts, call, grantId, recorded, clock()));
    return intent;
  }

  return {
    locate(found) {
      call = found;
    },
    permit(id) {
      grantId = id;
    },
    intend,
    whenRecorded(show) {
      shown = (shown ?? intend()).then(show);
      // The failure to record is met in end(); until then what was to be shown stays unseen.
      shown.catch(() => {});
    },
    recorded: () => shown ?? intend(),
    noteAsked(method) {
      asked ??= [];
      if (asked.length < maxAsked) asked.push(method);
    },
    noteInputRequired() {
      isUnfinished = true;
    },
    async end(end) {
      const known = {
        ...(grantId !== undefined && { grantId }),
        ...end,
        ...(isUnfinished && end.outcome === 'ok' && { outcome: 'input_required' as const }),
        ...(asked && { asked }),
      };
      const kept = intent ? undefined : recorded;
      await audit.append(organizationId, outcomeOf(facts, call, known, kept, clock()));
      await shown;
    },
  };
}
