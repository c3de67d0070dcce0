import { api } from '../../api/client.ts';

export interface ExportRange {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** So many lines make one part of the file: the browser keeps parts outside of the page's memory. */
const partLines = 2000;

/** Reads the log as it is streamed and makes a file of it, a line of JSON to each record. */
export async function exportAudit(
  { from, to }: ExportRange,
  onProgress: (records: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const lines = await api.audit.export(
    { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    { signal },
  );
  const parts: Blob[] = [];
  let open: string[] = [];
  let records = -1;
  for await (const line of lines) {
    signal.throwIfAborted();
    open.push(`${JSON.stringify(line)}\n`);
    // The first line is a header.
    records += 1;
    if (open.length < partLines) continue;
    parts.push(new Blob(open));
    open = [];
    onProgress(records);
  }
  onProgress(Math.max(0, records));
  return new Blob([...parts, ...open], { type: 'application/x-ndjson' });
}
