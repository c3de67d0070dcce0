import type { AuditRecord, ChangeRecord } from '@plugboard/gateway';

/** A record as it is stored: its text, and the parts of it that queries look for. */
export interface AuditRow {
  /** One line of JSON. It is what the chain's hashes cover. */
  readonly record: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly callId: string | undefined;
  readonly agentId: string | undefined;
  readonly instanceId: string | undefined;
}

export function encodeRecord(record: AuditRecord): AuditRow {
  return {
    record: JSON.stringify(record),
    at: Math.trunc(record.at),
    kind: record.kind,
    callId: isCall(record) ? record.callId : undefined,
    agentId: record.agentId,
    instanceId: record.instanceId,
  };
}

function isCall(record: AuditRecord): record is Exclude<AuditRecord, ChangeRecord> {
  return 'callId' in record;
}
