import type { CredentialOwner, OpenPurpose } from '../../credentials/vault.ts';

/**
 * Whether a connection is asked for by somebody else than it belongs to. What starts or calls a server
 * must name the member or agent; work of Plugboard's own names nobody.
 */
export function belongsToAnother(owner: CredentialOwner, purpose: OpenPurpose): boolean {
  if (owner.kind === 'organization') return false;
  const named = owner.kind === 'member' ? purpose.memberId : purpose.agentId;
  return named === undefined ? purpose.for === 'start' : named !== owner.id;
}
