import { hash } from 'node:crypto';

import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { KeptAccessToken, OAuthTokens } from '../tokens/oauth-identity.ts';
import { findAgentClient } from './clients/agent-client.ts';
import { parseGrantId } from './grants/grant-id.ts';
import type { RecordStore } from './records/record-store.ts';
import { isAccessToken } from './tokens.ts';

export interface OAuthTokenServices {
  readonly db: Kysely<Database>;
  readonly records: RecordStore;
  readonly clock: () => number;
}

/** The access tokens that were issued here, as agents are found by them: without the provider's code. */
export function createOAuthTokens({ db, records, clock }: OAuthTokenServices): OAuthTokens {
  return {
    hashOf: (text) => (isAccessToken(text) ? hash('sha256', text, 'base64') : undefined),
    async find(text) {
      const record =
        (await records.find('AccessToken', text)) ??
        (await records.find('ClientCredentials', text));
      if (!record || record.consumedAt) return undefined;
      const { grantId, clientId, aud, exp } = record.payload;
      if (typeof aud !== 'string' || typeof exp !== 'number') return undefined;
      const place =
        parseGrantId(grantId) ??
        (typeof clientId === 'string' ? await findAgentClient(db, clientId, clock()) : undefined);
      if (!place) return undefined;
      const { organizationId, tokenId } = place;
      const kept: KeptAccessToken = {
        organizationId,
        tokenId,
        resource: aud,
        expiresAt: exp * 1000,
      };
      return kept;
    },
  };
}
