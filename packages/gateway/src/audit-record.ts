import type { Level } from '@plugboard/contracts';

import type { SubjectKind } from './access/decide.ts';

interface CallFacts {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly callId: string;
  readonly agentId: string;
  /** The token used; absent when a member tried the tool as this agent. */
  readonly tokenId?: string;
  readonly memberId?: string;
  readonly method: string;
  readonly instanceId?: string;
  readonly instance?: string;
  readonly offeringKind?: SubjectKind;
  /** The server's own name for the tool or prompt, the URI, or the method; redacted. */
  readonly offering?: string;
  readonly level?: Level;
}

/** Written before a call of level `write` or more is forwarded. */
export interface CallIntent extends CallFacts {
  readonly kind: 'call.intent';
  readonly grantId: string;
  readonly arguments?: RecordedArguments;
}

/** Written before the answer is visible. */
export interface CallOutcome extends CallFacts {
  readonly kind: 'call.outcome';
  readonly outcome: 'ok' | 'input_required' | 'tool_error' | 'error' | 'refused' | 'cancelled';
  /** Why it was refused or failed: a code, never upstream text. */
  readonly reason?: string;
  readonly grantId?: string;
  readonly durationMs: number;
  readonly resultBytes?: number;
  /** The methods of what the server asked of the client, in order. */
  readonly asked?: readonly string[];
  /** Absent when an intent carried them. */
  readonly arguments?: RecordedArguments;
}

/** Arguments as kept: values of secret-looking keys and long strings redacted. */
export interface RecordedArguments {
  readonly redacted: unknown;
  readonly bytes: number;
  /** SHA-256 of the raw arguments text, hex. */
  readonly sha256: string;
}

/** A change that a person or the system made. */
export interface ChangeRecord {
  readonly kind: `${string}.${string}`;
  readonly at: number;
  /** The member whose key was used; absent when the system did it. */
  readonly memberId?: string;
  readonly agentId?: string;
  readonly instanceId?: string;
  /** What changed, without secrets. */
  readonly change: Readonly<Record<string, unknown>>;
}

export type AuditRecord = CallIntent | CallOutcome | ChangeRecord;
