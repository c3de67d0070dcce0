export { createOwnerKey, openOwnerKey, openSecret, sealSecret } from './envelope.ts';
export type { SecretIdentity } from './envelope.ts';
export { deriveKey, loadMasterKey } from './master-key.ts';
export type { MasterKeySource } from './master-key.ts';
export { Secret } from './secret.ts';
export { createStateSealer } from './state-sealer.ts';
export type { StateSealer } from './state-sealer.ts';
export { issueToken, parseToken } from './token.ts';
export type { IssuedToken, ParsedToken, TokenKind } from './token.ts';
