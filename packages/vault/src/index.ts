export { createBackupKey, openBackup, packBackup } from './backup-file.ts';
export type { BackupKey, OpenedBackup } from './backup-file.ts';
export { createDataKey, openDataKey, openFields, resealDataKey, sealFields } from './credential.ts';
export type { CredentialIdentity, NewDataKey } from './credential.ts';
export { deriveKey } from './derive-key.ts';
export { openSecret, sealSecret } from './envelope.ts';
export type { SecretIdentity } from './envelope.ts';
export {
  openInstallationKey,
  openNextMasterKey,
  sealInstallationKey,
  sealNextMasterKey,
} from './installation-key.ts';
export { createEnvProvider } from './key-providers/env.ts';
export { createFileProvider } from './key-providers/file.ts';
export { keyProviderKinds } from './key-providers/key-provider.ts';
export type {
  KeyProvider,
  KeyProviderKind,
  ProvidedMasterKey,
  StoredMasterKey,
} from './key-providers/key-provider.ts';
export { openKeyProvider } from './key-providers/open-key-provider.ts';
export type { KeyProviderPlace } from './key-providers/open-key-provider.ts';
export { masterKeyId } from './master-key-id.ts';
export { createOwnerKey, openFirstOwnerKey, openOwnerKey, sealOwnerKey } from './owner-key.ts';
export type { NewOwnerKey, OwnerKeyIdentity } from './owner-key.ts';
export { Secret } from './secret.ts';
export { createStateSealer } from './state-sealer.ts';
export type { StateSealer } from './state-sealer.ts';
export { issueToken, parseToken } from './token.ts';
export type { IssuedToken, ParsedToken, TokenKind } from './token.ts';
