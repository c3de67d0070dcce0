import type { CredentialRow } from './credential-row.ts';
import { ownerOf } from './credential-owner.ts';

/** What the audit log says of which credential something happened to. */
export function auditFacts(row: CredentialRow) {
  const { id, name, kind, provider } = row;
  return { id, name, kind, provider, owner: ownerOf(row) };
}
