import type { KeyObject } from 'node:crypto';

export const keyProviderKinds = ['file', 'env', 'aws-kms', 'gcp-kms', 'vault-transit'] as const;

export type KeyProviderKind = (typeof keyProviderKinds)[number];

/** A master key as the database knows it. */
export interface StoredMasterKey {
  /** Its fingerprint, by `masterKeyId`. */
  readonly id: string;
  /** What wrapped keys are bound to besides their id. */
  readonly installationId: string;
  /** As the provider sealed it; undefined where it keeps the key itself. */
  readonly wrapped: Uint8Array | undefined;
}

/** A master key that a provider gave. */
export interface ProvidedMasterKey {
  readonly id: string;
  readonly key: KeyObject;
  /** To be stored with it; undefined where the provider keeps the key itself. */
  readonly wrapped: Buffer | undefined;
}

/**
 * Where the master key comes from. Some keep the key itself (a file, the environment); the others seal
 * one of ours with a key of theirs that never leaves them, and are asked once at each start.
 *
 * All reject with `AppError`, whose message says what to do: `forbidden` where Plugboard is denied or
 * others could read the key, `unavailable` where nobody answers, `invalid_input` for what is set wrong,
 * `internal` where what is stored was changed or is another installation's.
 */
export interface KeyProvider {
  readonly kind: KeyProviderKind;
  /** Which of the provider's keys seals ours; undefined where it keeps the key itself. */
  readonly providerKey: string | undefined;
  /** The first key of an installation: the one that is there, else a new one if `mayMake`. */
  first(installationId: string, mayMake: boolean): Promise<ProvidedMasterKey>;
  /** Another key, to replace the one in force. Where it is kept, that one stays until `settle`. */
  create(installationId: string): Promise<ProvidedMasterKey>;
  /** The key that is stored; undefined where the provider has another or none. */
  open(stored: StoredMasterKey): Promise<KeyObject | undefined>;
  /** Takes a key that another node made, as if it were from `create`. */
  adopt?(key: KeyObject): Promise<void>;
  /** Nothing is sealed under another key any more: what was kept of others may go. */
  settle?(id: string): Promise<void>;
}
