import type { ExportVerification } from './verify-export.ts';

/** Verifies an export without a server: see `verifyExport`. What it needs is loaded when it is called. */
export async function verifyAuditExport(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<ExportVerification> {
  const { verifyExport } = await import('./verify-export.ts');
  return verifyExport(lines);
}
