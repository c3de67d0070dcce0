import type { CredentialRow } from './credential-row.ts';
import type { CredentialOwner } from './vault.ts';

type OwnerRow = Pick<CredentialRow, 'owner_kind' | 'member_id' | 'agent_id'>;

/** The owner that the columns of a row tell of. */
export function ownerOf({ owner_kind: kind, member_id, agent_id }: OwnerRow): CredentialOwner {
  return kind === 'organization' ? { kind } : { kind, id: member_id ?? agent_id ?? '' };
}

/** The columns that tell of an owner. */
export function ownerColumns(owner: CredentialOwner): OwnerRow {
  return {
    owner_kind: owner.kind,
    member_id: owner.kind === 'member' ? owner.id : null,
    agent_id: owner.kind === 'agent' ? owner.id : null,
  };
}

/** Which copies of an instance a binding for an owner concerns; undefined for all of them. */
export function credentialSetOfOwner(owner: CredentialOwner): string | undefined {
  return owner.kind === 'organization' ? undefined : `${owner.kind}:${owner.id}`;
}
