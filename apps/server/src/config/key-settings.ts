import { createEnvProvider, type KeyProvider, openKeyProvider, Secret } from '@plugboard/vault';

/** Where the master key comes from. Holds no secret that could be shown. */
export interface KeySettings {
  /** As in PLUGBOARD_KEY_PROVIDER: `file`, `env`, `aws-kms:…`, `gcp-kms:…` or `vault-transit:…`. */
  readonly provider: string;
  /** Rejects with `AppError('invalid_input')` for a text that names none. */
  open(text: string): Promise<KeyProvider>;
  /** Where the key before is, while an operator replaces it; undefined otherwise. */
  openPrevious(): Promise<KeyProvider | undefined>;
}

export function readKeySettings(
  provider: string | undefined,
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
): KeySettings {
  const open = (text: string) => openKeyProvider(text, { dataDir, env });
  return Object.freeze({
    provider: provider ?? (env['PLUGBOARD_MASTER_KEY'] ? 'env' : 'file'),
    open,
    async openPrevious() {
      const text = env['PLUGBOARD_MASTER_KEY_PREVIOUS'];
      if (text) return createEnvProvider('PLUGBOARD_MASTER_KEY_PREVIOUS', new Secret(text));
      const place = env['PLUGBOARD_KEY_PROVIDER_PREVIOUS'];
      return place ? open(place) : undefined;
    },
  });
}
