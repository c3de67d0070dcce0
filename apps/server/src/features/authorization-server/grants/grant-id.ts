import { idPattern } from '@plugboard/contracts';

/** Which row of `agent_tokens` something stands for. */
export interface GrantPlace {
  readonly organizationId: string;
  readonly tokenId: string;
}

/** A grant is named by its organization and its row: it is no secret, and nobody is asked for one. */
export function grantIdOf({ organizationId, tokenId }: GrantPlace): string {
  return `${organizationId}.${tokenId}`;
}

export function parseGrantId(text: unknown): GrantPlace | undefined {
  if (typeof text !== 'string') return undefined;
  const [organizationId = '', tokenId = '', ...rest] = text.split('.');
  const isOurs = rest.length === 0 && idPattern.test(organizationId) && idPattern.test(tokenId);
  return isOurs ? { organizationId, tokenId } : undefined;
}
