import type { Adapter, AdapterPayload } from 'oidc-provider';

import type { RecordStore } from './record-store.ts';

export interface AdapterServices {
  readonly records: RecordStore;
  readonly clock: () => number;
  /** Clients that are made by members and not by registering themselves. */
  readonly findClient: (clientId: string) => Promise<AdapterPayload | undefined>;
  /** Tokens of a grant were issued, and are good until then. */
  readonly onIssued: (grantId: string, until: Date) => Promise<void>;
  /** An access token was given back: nobody may go on by what they remember of it. */
  readonly onTokenGone: (payload: AdapterPayload) => Promise<void>;
  /** A code or refresh token was used twice, or its owner gave the grant back. */
  readonly onRevoked: (grantId: string) => Promise<void>;
  /** What to throw when another request used it first. */
  readonly usedBefore: () => Error;
}

/** How long a client that registered itself is kept while nobody has permitted it anything. */
export interface ClientKeeping {
  readonly unusedSeconds: number;
}

/** What the provider keeps of one kind, on the store of records. */
export function createAdapter(
  kind: string,
  services: AdapterServices,
  keeping: ClientKeeping,
): Adapter {
  // A browser signs in with Plugboard's own session, asked at each consent: the provider's are not kept.
  if (kind === 'Session') return nothingKept;
  const { records, clock, findClient, onIssued, onTokenGone, onRevoked, usedBefore } = services;

  return {
    async upsert(id, payload, expiresIn) {
      const seconds = kind === 'Client' ? keeping.unusedSeconds : expiresIn;
      const expiresAt = seconds === undefined ? undefined : new Date(clock() + seconds * 1000);
      const { grantId, uid, userCode } = payload;
      await records.put(kind, id, { ...payload }, { grantId, uid, userCode, expiresAt });
      const isToken = kind === 'AccessToken' || kind === 'RefreshToken';
      if (isToken && grantId !== undefined && expiresAt) await onIssued(grantId, expiresAt);
    },
    async find(id) {
      if (kind === 'Client') {
        const made = await findClient(id);
        if (made) return made;
      }
      return present(await records.find(kind, id));
    },
    async findByUid(uid) {
      return present(await records.findByUid(kind, uid));
    },
    // Nobody types codes in here.
    findByUserCode: async () => undefined,
    async consume(id) {
      if (await records.consume(kind, id)) return;
      const grantId = present(await records.find(kind, id))?.grantId;
      if (grantId !== undefined) await onRevoked(grantId);
      throw usedBefore();
    },
    destroy: async (id) => {
      const isAccess = kind === 'AccessToken' || kind === 'ClientCredentials';
      const gone = isAccess ? present(await records.find(kind, id)) : undefined;
      await records.destroy(kind, id);
      if (gone) await onTokenGone(gone);
      if (kind === 'Grant') await onRevoked(id);
    },
    revokeByGrantId: (grantId) => records.destroyOfGrant(grantId, kind),
  };
}

function present(record: Awaited<ReturnType<RecordStore['find']>>): AdapterPayload | undefined {
  if (!record) return undefined;
  const { payload, consumedAt } = record;
  return consumedAt ? { ...payload, consumed: Math.floor(consumedAt.getTime() / 1000) } : payload;
}

const nothingKept: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
};
