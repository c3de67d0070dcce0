/** Whose secrets a key seals. */
export type KeyOwner =
  | { readonly organizationId: string; readonly kind: 'organization' }
  | { readonly organizationId: string; readonly kind: 'member' | 'agent'; readonly id: string };

/** The id that stands for the owner: the member's or agent's, or the organization's own. */
export function ownerIdOf(owner: KeyOwner): string {
  return owner.kind === 'organization' ? owner.organizationId : owner.id;
}
