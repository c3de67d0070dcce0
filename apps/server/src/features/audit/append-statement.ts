import type { AuditRow } from './audit-row.ts';

export const appendText =
  'select append_audit($1::uuid[], $2::int[], $3, $4::bigint[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[])';

/**
 * The values for `appendText`. Arrays travel as literals that we write ourselves, several times as
 * quick as the driver's general way.
 *
 * Organizations must be in ascending order: see the function `append_audit`.
 */
export function appendValues(
  groups: readonly { readonly organizationId: string; readonly rows: readonly AuditRow[] }[],
): string[] {
  let organizations = '';
  let counts = '';
  let lines = '';
  let ats = '';
  let kinds = '';
  let callIds = '';
  let agentIds = '';
  let instanceIds = '';
  for (const { organizationId, rows } of groups) {
    organizations += `,${organizationId}`;
    counts += `,${rows.length}`;
    for (const row of rows) {
      lines += `\n${row.record}`;
      ats += `,${row.at}`;
      kinds += `,${quote(row.kind)}`;
      callIds += `,${row.callId ?? 'NULL'}`;
      agentIds += `,${row.agentId ?? 'NULL'}`;
      instanceIds += `,${row.instanceId ?? 'NULL'}`;
    }
  }
  return [
    array(organizations),
    array(counts),
    lines.slice(1),
    array(ats),
    array(kinds),
    array(callIds),
    array(agentIds),
    array(instanceIds),
  ];
}

function array(elements: string): string {
  return `{${elements.slice(1)}}`;
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
