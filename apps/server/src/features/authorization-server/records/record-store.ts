import { hash, type KeyObject } from 'node:crypto';

import { createStateSealer, type StateSealer } from '@plugboard/vault';
import type { Kysely } from 'kysely';

import type { Database } from '../../../store/schema.ts';

/** What a record is found again by, besides its id. */
export interface RecordLinks {
  readonly grantId?: string | undefined;
  readonly uid?: string | undefined;
  readonly userCode?: string | undefined;
}

export interface StoredRecord {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly consumedAt: Date | null;
}

/**
 * Clients, codes, tokens and grants of the authorization server: ids as hashes, payloads sealed and
 * bound to their ids. Whoever reads the table has no token, and a payload that was moved does not open.
 */
export interface RecordStore {
  put(
    kind: string,
    id: string,
    payload: Readonly<Record<string, unknown>>,
    options: RecordLinks & { readonly expiresAt: Date | undefined },
  ): Promise<void>;
  /** Undefined for one that is not there, has expired, or does not open. */
  find(kind: string, id: string): Promise<StoredRecord | undefined>;
  findByUid(kind: string, uid: string): Promise<StoredRecord | undefined>;
  /** False when it is consumed already: of several that try at the same time one alone succeeds. */
  consume(kind: string, id: string): Promise<boolean>;
  destroy(kind: string, id: string): Promise<void>;
  /** All of a grant, or those of one kind. */
  destroyOfGrant(grantId: string, kind?: string): Promise<void>;
  keepUntil(kind: string, id: string, expiresAt: Date): Promise<void>;
}

export interface RecordStoreOptions {
  readonly db: Kysely<Database>;
  readonly sealingKey: () => Promise<KeyObject>;
  readonly clock: () => number;
}

interface Row {
  readonly id_hash: Buffer;
  readonly payload: Buffer;
  readonly consumed_at: Date | null;
  readonly expires_at: Date | null;
}

export function createRecordStore({ db, sealingKey, clock }: RecordStoreOptions): RecordStore {
  let sealer: Promise<StateSealer> | undefined;
  const sealing = () => (sealer ??= sealingKey().then(createStateSealer));

  async function read(kind: string, row: Row | undefined): Promise<StoredRecord | undefined> {
    if (!row) return undefined;
    if (row.expires_at !== null && row.expires_at.getTime() <= clock()) return undefined;
    const plain = (await sealing()).open(
      row.payload.toString('base64url'),
      contextOf(kind, row.id_hash),
    );
    if (!plain) return undefined;
    const payload: Readonly<Record<string, unknown>> = JSON.parse(plain.toString());
    return { payload, consumedAt: row.consumed_at };
  }

  const rows = (kind: string) =>
    db
      .selectFrom('oauth_records')
      .select(['id_hash', 'payload', 'consumed_at', 'expires_at'])
      .where('kind', '=', kind);
  const at = (kind: string, id: string) =>
    db.updateTable('oauth_records').where('kind', '=', kind).where('id_hash', '=', hashOf(id));

  return {
    async put(kind, id, payload, { grantId, uid, userCode, expiresAt }) {
      const idHash = hashOf(id);
      const text = Buffer.from(JSON.stringify(payload));
      const sealed = (await sealing()).seal(text, contextOf(kind, idHash));
      const values = {
        payload: Buffer.from(sealed, 'base64url'),
        grant_hash: grantId === undefined ? null : hashOf(grantId),
        uid_hash: uid === undefined ? null : hashOf(uid),
        user_code_hash: userCode === undefined ? null : hashOf(userCode),
        expires_at: expiresAt ?? null,
      };
      await db
        .insertInto('oauth_records')
        .values({ kind, id_hash: idHash, ...values })
        // What is consumed stays so, whatever is written over it.
        .onConflict((conflict) => conflict.columns(['kind', 'id_hash']).doUpdateSet(values))
        .execute();
    },
    async find(kind, id) {
      return read(kind, await rows(kind).where('id_hash', '=', hashOf(id)).executeTakeFirst());
    },
    async findByUid(kind, uid) {
      return read(kind, await rows(kind).where('uid_hash', '=', hashOf(uid)).executeTakeFirst());
    },
    async consume(kind, id) {
      const row = await at(kind, id)
        .set({ consumed_at: new Date(clock()) })
        .where('consumed_at', 'is', null)
        .returning('kind')
        .executeTakeFirst();
      return row !== undefined;
    },
    async destroy(kind, id) {
      await db
        .deleteFrom('oauth_records')
        .where('kind', '=', kind)
        .where('id_hash', '=', hashOf(id))
        .execute();
    },
    async destroyOfGrant(grantId, kind) {
      await db
        .deleteFrom('oauth_records')
        .where('grant_hash', '=', hashOf(grantId))
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
        .execute();
    },
    async keepUntil(kind, id, expiresAt) {
      await at(kind, id).set({ expires_at: expiresAt }).execute();
    },
  };
}

function hashOf(id: string): Buffer {
  return hash('sha256', id, 'buffer');
}

function contextOf(kind: string, idHash: Buffer): string {
  return `${kind} ${idHash.toString('hex')}`;
}
