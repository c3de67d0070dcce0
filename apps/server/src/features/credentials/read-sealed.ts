import { type Kysely, sql } from 'kysely';
import type { Pool } from 'pg';

import type { Database } from '../../store/schema.ts';
import { queryTenant } from '../../store/tenant-query.ts';
import type { CredentialRow } from './credential-row.ts';

/** A credential with one of its versions, both as they are sealed. */
export interface SealedCredential extends CredentialRow {
  /** Null once it is destroyed. */
  readonly sealed_key: Buffer | null;
  readonly read_version: number;
  /** Null when that version is destroyed. */
  readonly sealed: Buffer | null;
}

interface Waiting {
  readonly credentialId: string;
  readonly resolve: (row: SealedCredential | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** How exactly it is kept when a credential was last opened: the audit log knows to the millisecond. */
const openedEveryMs = 60_000;
const mostAtOnce = 200;

/**
 * Reads what is to be opened. All that is asked for in one turn of the event loop is one query, for
 * most of its cost does not depend on how much it asks for.
 */
export class CredentialReader {
  readonly #db: Kysely<Database>;
  readonly #pool: Pool;
  readonly #clock: () => number;
  /** By organization. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(db: Kysely<Database>, pool: Pool, clock: () => number) {
    this.#db = db;
    this.#pool = pool;
    this.#clock = clock;
  }

  /** With its current version, and the time noted. Undefined when there is none. */
  current(organizationId: string, credentialId: string): Promise<SealedCredential | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = { credentialId, resolve, reject };
      const others = this.#waiting.get(organizationId);
      if (others) {
        others.push(waiting);
        return;
      }
      this.#waiting.set(organizationId, [waiting]);
      setImmediate(() => this.#flush(organizationId));
    });
  }

  async version(
    organizationId: string,
    credentialId: string,
    version: number,
  ): Promise<SealedCredential | undefined> {
    const query = sql<SealedCredential>`
      select c.*, v.version as read_version, v.sealed
      from credentials c
      join credential_versions v on v.organization_id = c.organization_id and v.credential_id = c.id
      where c.id = ${credentialId} and v.version = ${version}`.compile(this.#db);
    const [row] = await queryTenant(this.#pool, organizationId, query);
    return row;
  }

  #flush(organizationId: string): void {
    const waiting = this.#waiting.get(organizationId) ?? [];
    this.#waiting.delete(organizationId);
    for (let at = 0; at < waiting.length; at += mostAtOnce) {
      void this.#read(organizationId, waiting.slice(at, at + mostAtOnce));
    }
  }

  async #read(organizationId: string, waiting: readonly Waiting[]): Promise<void> {
    try {
      const ids = [...new Set(waiting.map(({ credentialId }) => credentialId))];
      const rows = await queryTenant(this.#pool, organizationId, this.#currentOf(ids));
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const { credentialId, resolve } of waiting) resolve(byId.get(credentialId));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  #currentOf(ids: readonly string[]) {
    const now = new Date(this.#clock());
    const noted = new Date(this.#clock() - openedEveryMs);
    // Rows that somebody holds are left alone: who holds one may be the one who is waiting for this.
    return sql<SealedCredential>`
      with noted as (
        update credentials set last_opened_at = ${now}
        where id in (
          select id from credentials
          where id = any(${ids}::uuid[]) and destroyed_at is null
            and (last_opened_at is null or last_opened_at < ${noted})
          for update skip locked
        )
      )
      select c.*, c.version as read_version, v.sealed
      from credentials c
      left join credential_versions v
        on v.organization_id = c.organization_id and v.credential_id = c.id and v.version = c.version
      where c.id = any(${ids}::uuid[])`.compile(this.#db);
  }
}
