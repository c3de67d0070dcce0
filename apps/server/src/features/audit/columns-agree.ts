import type { StoredRecord } from './read-records.ts';

/** Whether the columns that queries use repeat what the record says. */
export function columnsAgree(row: StoredRecord): boolean {
  const record = parse(row.record);
  return (
    record !== undefined &&
    record['kind'] === row.kind &&
    Math.trunc(Number(record['at'])) === row.at.getTime() &&
    (record['callId'] ?? null) === row.call_id &&
    (record['agentId'] ?? null) === row.agent_id &&
    (record['instanceId'] ?? null) === row.instance_id
  );
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Not a record at all.
  }
  return undefined;
}
