import type { Secret } from '@plugboard/vault';

import type { CredentialRow } from './credential-row.ts';
import type { TenantDb } from '../tenant-db.ts';

export type CredentialKind = CredentialRow['kind'];

/** Whose a credential is, within its organization. */
export type CredentialOwner =
  | { readonly kind: 'organization' }
  | { readonly kind: 'member' | 'agent'; readonly id: string };

export interface CredentialRef {
  readonly organizationId: string;
  readonly credentialId: string;
}

export type CredentialFields = Readonly<Record<string, Secret>>;

/** For what a credential is opened; recorded with every open. */
export interface OpenPurpose {
  readonly for: 'start' | 'refresh' | 'revoke' | 'test' | 'roll_back' | 'export';
  readonly instanceId?: string;
  readonly agentId?: string;
  readonly memberId?: string;
  readonly callId?: string;
}

export interface OpenedCredential {
  readonly kind: CredentialKind;
  readonly provider: string | undefined;
  readonly version: number;
  readonly fields: CredentialFields;
}

export interface NewCredential {
  /** Made when absent. */
  readonly id?: string;
  readonly organizationId: string;
  readonly owner: CredentialOwner;
  readonly kind: CredentialKind;
  readonly provider?: string | undefined;
  /** Unique for its owner. */
  readonly name: string;
  readonly labels?: readonly string[];
  /** What may be shown of it; holds no secret. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly fields: CredentialFields;
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined;
  /** The member who makes it; absent for Plugboard itself. */
  readonly memberId?: string | undefined;
  readonly note?: string | undefined;
}

export interface ReplaceCredential extends CredentialRef {
  /** The version that is being replaced: when another is current, nothing is. */
  readonly expectedVersion: number;
  readonly fields: CredentialFields;
  /** Whether versions before stay openable; otherwise their bytes are destroyed. */
  readonly keep: boolean;
  /** In place of those before, when given. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds; null for none. As it was when absent. */
  readonly expiresAt?: number | null;
  readonly memberId?: string | undefined;
  readonly note?: string | undefined;
}

/**
 * The only thing that opens credentials. Audit records and change events of inserting, replacing and
 * destroying are their caller's, within `commitChange`; those of opening are its own.
 */
export interface Vault {
  /**
   * The current version of a credential, or another that was kept. `credential.opened` is on disk
   * before it resolves. Rejects with `AppError`: `not_found` when there is none or it was destroyed,
   * `internal` when what is stored was moved or changed, `unavailable` when nothing can be recorded.
   */
  open(ref: CredentialRef, purpose: OpenPurpose, version?: number): Promise<OpenedCredential>;
  /** Rejects with `AppError('conflict')` when its owner has one of that name. */
  insert(tx: TenantDb, credential: NewCredential): Promise<CredentialRow>;
  /**
   * Resolves with the number of the new version. Rejects with `AppError('conflict')` when another
   * version than the expected is current, and `not_found` when there is none.
   */
  replace(tx: TenantDb, replacement: ReplaceCredential): Promise<number>;
  /**
   * Destroys its data key and every version. What is left says that it was. Resolves with false when
   * there is none, or it was destroyed before.
   */
  destroy(tx: TenantDb, ref: CredentialRef): Promise<boolean>;
}
